import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../core/model/fault.ts';
import { guardPath, newRunId } from '../core/model/names.ts';
import type { Log } from '../core/ports/machine.ts';
import { whyNot } from '../core/text/why.ts';
import type { Exec } from '../system/command.ts';
import { ourselves, startAgain } from '../system/exec.ts';
import { isTaken, noteIn } from '../system/lock.ts';
import { GUARDED, ORDER, type Guarded, type Order } from '../system/orders.ts';
import { hasSystemd, startService } from '../system/tools/systemd.ts';
import { WATCH_FILE } from './attendance.ts';

/** How long a guard may take until it watches: a slow host starts Node.js in a second, one that is overloaded took 20. Nothing rests yet. */
const ARMED_MS = 60_000;
const LOOK_MS = 20;

/** Starts the watcher of this host, if there is none. Its journal is there already, so one that is about to leave sees it. */
export async function startWatcher(exec: Exec, log: Log): Promise<string | undefined> {
  try {
    if (await isTaken(WATCH_FILE, exec)) return undefined;
    await startBeside('watch', 'holdstill watches the snapshots of open tasks', {}, exec, log);
    return undefined;
  } catch (error) {
    log.error({ err: error }, 'nobody watches the snapshots');
    return whyNot(error);
  }
}

/** Starts a guard, and waits until it says that it watches. Throws `quiesce.unguarded`. */
export async function armGuard(
  { path, run }: { readonly path: string; readonly run: string },
  limitMs: number,
  exec: Exec,
  log: Log,
): Promise<void> {
  const guarded: Guarded = { journal: path, run, limitMs };
  let why: string;
  try {
    const env = { [GUARDED]: JSON.stringify(guarded) };
    await startBeside('guard', 'holdstill guards what is at rest', env, exec, log);
    const until = performance.now() + Math.min(ARMED_MS, exec.patienceMs(ARMED_MS));
    while (performance.now() < until) {
      if (noteIn(guardPath(path)) === run) return;
      await sleep(LOOK_MS);
    }
    why = 'it did not begin in time';
  } catch (error) {
    why = whyNot(error);
  }
  throw new Fault(
    'quiesce.unguarded',
    `the process that would let everything go does not run (${why}), so nothing was brought to rest`,
  );
}

/** Starts this program again with an order, where systemd is out of the caller's control group, which is ended with the caller's unit. */
async function startBeside(
  order: Order,
  description: string,
  env: Readonly<Record<string, string>>,
  exec: Exec,
  log: Log,
): Promise<void> {
  const variables = { [ORDER]: order, ...env };
  if (hasSystemd()) {
    // The name of one that is just ending can't be taken again.
    const unit = `holdstill-${order}-${newRunId()}`;
    try {
      return await exec.run(startService(unit, description, variables, [process.execPath, ...ourselves()]));
    } catch (error) {
      log.warn({ err: error }, 'systemd did not start it: it ends with the unit that this hook runs in');
    }
  }
  await startAgain(variables);
}
