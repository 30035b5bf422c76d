import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../core/model/fault.ts';
import { guardPath } from '../core/model/names.ts';
import type { Log } from '../core/ports/machine.ts';
import { whyNot } from '../core/text/why.ts';
import type { Exec } from '../system/command.ts';
import { ourselves } from '../system/exec.ts';
import { noteIn } from '../system/lock.ts';
import { GUARDED, type Guarded } from '../system/orders.ts';
import { startBeside } from './beside.ts';

/** How long a guard may take until it watches: a slow host starts Node.js in a second, one that is overloaded took 20. Nothing rests yet. */
const ARMED_MS = 60_000;
const LOOK_MS = 20;

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
    const words = [process.execPath, ...ourselves()] as const;
    await startBeside('guard', 'holdstill guards what is at rest', words, env, exec, log);
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
