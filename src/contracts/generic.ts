import { exitStatus } from '../core/exit.ts';
import { Fault } from '../core/fault.ts';
import type { Contract } from '../core/contract.ts';
import { problemOf } from '../core/problem.ts';

/**
 * Any product with a script hook: `pre TASK`, `post TASK`, the result is the exit status (core/exit.ts). Progress goes
 * to standard output, what is wrong to standard error.
 */
export const generic: Contract = {
  product: 'generic',
  section: 'generic',
  serves: 'one job',
  usage: {
    open: 'pre TASK    (before the backup; on a status other than 0 it must not run)',
    close: 'post TASK   (after the backup, always; on a status other than 0 look at the backup)',
  },

  decode({ phase, argv, switches }) {
    const [task, ...rest] = argv;
    if (task === undefined || task === '' || rest.length > 0) {
      throw new Fault('call.invalid', `expected one task name, got ${argv.length} arguments`, {
        hint: `type: ${phase === 'open' ? 'pre' : 'post'} TASK`,
      });
    }
    return { phase, candidates: [task], switches };
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
