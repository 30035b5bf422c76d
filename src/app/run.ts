import type { Reply } from '../core/model/reply.ts';
import { asError, Fault } from '../core/model/fault.ts';
import type { Opened } from '../core/run/opened.ts';
import { failedReply } from '../report/joblog.ts';
import { closeTask, sessionOf, type Work } from './close.ts';
import { LOOK_MS, openMachine } from './session.ts';
import { stopSignal } from '../system/signals.ts';
import { runUserCommand, statusAfter } from '../system/exec.ts';
import { whyNotRun } from '../system/userprogram.ts';
import { openedOrReply } from './open.ts';
import { keeperOf } from '../system/kernel/processes.ts';

const MOUNT = '{mount}';
const IMAGE = /\{image(?::(?<disk>[^{}]+))?\}/gu;

/** How a command of the user's over a task went: what to say, and how to leave. */
export interface RunResult {
  readonly opened: Reply;
  readonly closed: Reply | undefined;
  /** The command's own status, or that of a shell that can't start it; undefined: there was nothing to start it for. */
  readonly status: number | undefined;
}

/**
 * Opens a task, runs a command with `{mount}` replaced by where its mounts are, or `{image}` and `{image:DISK}` by where a disk can be
 * read, and closes the task however the command ended. `say` gets the first reply before the command starts. Throws `call.invalid`.
 */
export async function runTask(
  work: Work,
  command: readonly [string, ...string[]],
  say: (reply: Reply) => void,
): Promise<RunResult> {
  const [program, ...args] = command;
  const show = command.some((word) => word.search(IMAGE) >= 0) ? 'images' : 'files';
  if (show === 'images' && command.some((word) => word.includes(MOUNT))) {
    throw new Fault('call.invalid', `a command can have {mount} or {image}, not both`);
  }
  const { exec } = openMachine({ ...sessionOf(work, 'run'), timeoutMs: LOOK_MS });
  // Where the mount will be is not known yet.
  const unfit = program.includes(MOUNT) ? undefined : await whyNotRun(program, process.env['PATH'], exec);
  if (unfit) {
    const reply = failedReply('run', work.task, unfit.fault, []);
    say(reply);
    return { opened: reply, closed: undefined, status: unfit.status };
  }
  const { opened, reply } = await openedOrReply(work, { show, keeper: keeperOf() });
  say(reply);
  if (opened?.kind !== 'opened') return { opened: reply, closed: undefined, status: undefined };
  let status: number;
  try {
    const fill = (word: string): string => filled(word, opened);
    const signal = stopSignal();
    status = signal ? statusAfter(signal) : await runUserCommand([fill(program), ...args.map(fill)]);
  } catch (error) {
    const closed = await closeTask(work, opened.run);
    say(failedReply('run', work.task, asError(error), []));
    return { opened: reply, closed, status: 127 };
  }
  return { opened: reply, closed: await closeTask(work, opened.run), status };
}

/** A word of the command with what it asks for. Throws `call.invalid`. */
function filled(word: string, { prepared, images = [] }: Extract<Opened, { kind: 'opened' }>): string {
  // A text in their place would be read for `$&`.
  return word
    .replaceAll(MOUNT, () => prepared.mount)
    .replaceAll(IMAGE, (_, disk: string | undefined) => {
      const names = images.map((one) => one.disk || one.label).join(', ');
      const found = images.find((one) => one.disk === disk || one.label === disk);
      if (found) return found.device;
      if (disk !== undefined)
        throw new Fault('call.invalid', `there is no disk ${disk}`, { hint: `there is ${names}` });
      const [only, another] = images;
      if (only && !another) return only.device;
      throw new Fault('call.invalid', `there are several disks: ${names}`, {
        hint: `name one, as in {image:${only?.disk}}`,
      });
    });
}
