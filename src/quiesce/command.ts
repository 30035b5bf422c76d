import { Fault, withHint } from '../core/model/fault.ts';
import type { Quiescer } from '../core/ports/quiescer.ts';
import type { NotedStep, Outcome, Step } from '../core/model/step.ts';
import { shellWord } from '../core/text/shell.ts';
import type { Exec } from '../system/command.ts';
import { programsAtRest, RESTS } from '../system/kernel/processes.ts';
import { runAlone } from '../system/script.ts';
import { checkProgram } from '../system/userprogram.ts';

type Argv = readonly [string, ...string[]];

/** Brings something to rest by a program of the admin's, and lets it go by another. */
export function createCommand(exec: Exec): Quiescer<'command'> {
  return {
    kind: 'command',

    async prepare({ rest, thaw, timeoutMs }, _guests, { task, run }) {
      for (const [program = ''] of [rest, thaw]) await checkProgram('quiesce.command', program, exec);
      const step = {
        kind: 'command',
        rest: JSON.stringify(rest),
        thaw: JSON.stringify(thaw),
        timeoutMs: String(timeoutMs),
        task,
        run,
      };
      return { rests: [{ step, guest: undefined, grade: 'application', by: `by ${rest[0]}` }], still: [] };
    },

    async rest({ step }, mostMs) {
      const argv = argvOf(step, 'rest');
      await checkProgram('quiesce.command', argv[0], exec);
      const ms = Math.min(Number(step['timeoutMs']), mostMs);
      const why = await failureOf(argv, { [RESTS]: step['run'] ?? '' }, ms);
      if (why === undefined) return;
      throw new Fault('quiesce.failed', `${argv[0]} did not bring it to rest: ${why}`);
    },

    // The guard calls the same program, and so may have before us: the time tells (core/run/cut.ts).
    wasEarly: () => false,

    handler: {
      kind: 'command',
      async undo(steps) {
        const outcomes: Outcome[] = [];
        for (const noted of steps) outcomes.push(await letGo(noted, exec));
        return outcomes;
      },
      dependsOn: () => ({ is: undefined, on: [] }),
      describe: ({ step }) => ({
        what: `what ${argvOf(step, 'rest')[0]} brought to rest`,
        byHand: argvOf(step, 'thaw').map(shellWord).join(' '),
      }),
    },
  };
}

async function letGo({ step }: NotedStep, exec: Exec): Promise<Outcome> {
  const argv = argvOf(step, 'thaw');
  try {
    await checkProgram('quiesce.command', argv[0], exec);
    const why = await failureOf(argv, {}, Number(step['timeoutMs']));
    if (why !== undefined) return { kind: 'left', reason: `${argv[0]}: ${why}` };
    // That of a hook that was killed may bring it to rest yet.
    const running = programsAtRest(step['run'] ?? '');
    if (running.length === 0) return { kind: 'undone' };
    return { kind: 'left', reason: `${running.join(', ')} still runs, and may bring it to rest again` };
  } catch (error) {
    return { kind: 'left', reason: withHint(error) };
  }
}

/** Why a program failed, with the last line that it printed; undefined: it ended with 0. */
async function failureOf(
  argv: Argv,
  env: Readonly<Record<string, string>>,
  mostMs: number,
): Promise<string | undefined> {
  const { status, text, tooLate } = await runAlone(argv, env, mostMs);
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  const said = last === '' ? '' : ` (${last})`;
  if (tooLate) return `it did not end within ${Math.round(mostMs / 100) / 10} s${said}`;
  return status === 0 ? undefined : `it ended with status ${status}${said}`;
}

function argvOf(step: Step, which: 'rest' | 'thaw'): Argv {
  const words = JSON.parse(step[which] ?? '[]') as readonly string[];
  const [program, ...rest] = words;
  if (program === undefined) throw new Error(`a step without a program to ${which}`);
  return [program, ...rest];
}
