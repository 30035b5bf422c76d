import type { Reply } from '../core/model/reply.ts';
import { asError } from '../core/model/fault.ts';
import { failedReply } from '../report/joblog.ts';
import { closeTask, sessionOf, type Work } from './close.ts';
import { LOOK_MS, openMachine } from './session.ts';
import { stopSignal } from '../system/signals.ts';
import { runUserCommand, statusAfter } from '../system/exec.ts';
import { whyNotRun } from '../system/userprogram.ts';
import { openedOrReply } from './open.ts';

/** How a command of the user's over a task went: what to say, and how to leave. */
export interface RunResult {
  readonly opened: Reply;
  readonly closed: Reply | undefined;
  /** The command's own status, or that of a shell that can't start it; undefined: there was nothing to start it for. */
  readonly status: number | undefined;
}

/**
 * Opens a task, runs a command with `{mount}` replaced by where its mounts are, and closes the task however the command
 * ended. `say` gets the first reply before the command starts.
 */
export async function runTask(
  work: Work,
  command: readonly [string, ...string[]],
  say: (reply: Reply) => void,
): Promise<RunResult> {
  const [program, ...args] = command;
  const { exec } = openMachine({ ...sessionOf(work, 'run'), timeoutMs: LOOK_MS });
  // Where the mount will be is not known yet.
  const unfit = program.includes('{mount}') ? undefined : await whyNotRun(program, process.env['PATH'], exec);
  if (unfit) {
    const reply = failedReply('run', work.task, unfit.fault, []);
    say(reply);
    return { opened: reply, closed: undefined, status: unfit.status };
  }
  const { opened, reply } = await openedOrReply(work);
  say(reply);
  if (opened?.kind !== 'opened') return { opened: reply, closed: undefined, status: undefined };
  const { mount } = opened.prepared;
  let status: number;
  try {
    const fill = (word: string): string => word.replaceAll('{mount}', mount);
    const signal = stopSignal();
    status = signal ? statusAfter(signal) : await runUserCommand([fill(program), ...args.map(fill)]);
  } catch (error) {
    const closed = await closeTask(work, opened.run);
    say(failedReply('run', work.task, asError(error), []));
    return { opened: reply, closed, status: 127 };
  }
  return { opened: reply, closed: await closeTask(work, opened.run), status };
}
