import fs from 'node:fs';
import { WATCH_FILE } from './attendance.ts';
import { Fault } from '../core/model/fault.ts';
import { lockPath } from '../core/model/names.ts';
import type { JournalView } from '../core/journal/view.ts';
import type { Log } from '../core/ports/machine.ts';
import { whyNot } from '../core/text/why.ts';
import type { Exec } from '../system/command.ts';
import { ourselves } from '../system/exec.ts';
import { startBeside } from './beside.ts';
import { later } from '../system/later.ts';
import { isTaken } from '../system/lock.ts';
import { STATE_DIRECTORY } from '../system/paths.ts';

/**
 * V8 lets garbage pile up in a process that does little, and optimizes what runs often: 58 MB after four minutes of looks, up
 * to 95 MB (Node.js 20.20). With these, and with the collections of watcher.ts, it stays at 46 MB.
 */
const SMALL = ['--no-opt', '--expose-gc'];

/**
 * Sees to it that the watcher of this host starts soon, if there is none. The journal of the task that it is started for is
 * there already, so one that is about to leave sees it. Two that are started for two tasks at once are no harm: one leaves.
 * Undefined, or why it can't be started.
 */
export async function startWatcher({ path, header }: JournalView, exec: Exec, log: Log): Promise<string | undefined> {
  const run = { journal: path, lock: lockPath(STATE_DIRECTORY, header.task), run: header.run };
  try {
    if (await isTaken(WATCH_FILE, exec)) return undefined;
    checkNode();
    const words = later(run, [process.execPath, ...SMALL, ...ourselves()]);
    await startBeside('watch', 'holdstill watches the snapshots of open tasks', words, {}, exec, log);
    return undefined;
  } catch (error) {
    log.error({ err: error }, 'no process watches the snapshots');
    return whyNot(error);
  }
}

/** Later nobody would hear of it. */
function checkNode(): void {
  try {
    fs.accessSync(process.execPath, fs.constants.X_OK);
  } catch (error) {
    throw new Fault('tool.failed', `${process.execPath} can't be started: ${whyNot(error)}`, { cause: error });
  }
}
