import { exitStatus } from '../core/model/exit.ts';
import { Fault } from '../core/model/fault.ts';
import type { Contract } from '../core/ports/contract.ts';
import { problemOf } from '../core/model/problem.ts';
import { trace, unknownTask } from './settings.ts';

/**
 * Any product with a script hook: `pre TASK`, `post TASK`, with `--run=ID` where the product has an id of the run; the result is the exit status (core/model/exit.ts). Progress goes
 * to standard output, what is wrong to standard error.
 */
export const generic: Contract = {
  product: 'generic',
  title: 'any other product',
  section: 'generic',
  sectionText: 'How the hooks for any other product behave, and `holdstill pre`.',
  settings: { trace, unknownTask },
  serves: 'one job',
  usage: {
    open: 'pre TASK [--run=ID]    (before the backup; on a status other than 0 it must not run)',
    close: 'post TASK [--run=ID]   (after the backup, always; on a status other than 0 look at the backup)',
  },

  decode({ phase, argv }) {
    const { task, runKey, wrong } = read(argv);
    if (task === undefined || task === '' || wrong !== undefined) {
      throw new Fault('call.invalid', wrong ?? 'called without a task name', {
        hint: `type: ${phase === 'open' ? 'pre' : 'post'} TASK [--run=ID]`,
      });
    }
    // Where a product has no id to put in, the rest of the word stands alone.
    return { phase, candidates: [task], runKey: runKey || undefined };
  },

  encode(reply) {
    const problem = problemOf(reply);
    return {
      stdout: reply.lines.map((line) => `${line}\n`).join(''),
      stderr: problem === undefined ? '' : `holdstill: ${problem}\n`,
      exit: exitStatus(reply),
    };
  },
};

interface Words {
  readonly task: string | undefined;
  readonly runKey?: string | undefined;
  readonly wrong?: string | undefined;
}

/** The first word is the task, whatever it is. */
function read([task, ...rest]: readonly string[]): Words {
  const [option, value, ...more] = rest;
  if (option === undefined) return { task };
  if (option.startsWith('--run=') && value === undefined) return { task, runKey: option.slice('--run='.length) };
  if (option === '--run' && value !== undefined && more.length === 0) return { task, runKey: value };
  return option === '--run' && value === undefined
    ? { task, wrong: '--run has no id' }
    : { task, wrong: `expected one task name, got ${rest.length + 1} arguments` };
}
