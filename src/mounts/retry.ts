import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../core/model/step.ts';
import type { Commands } from '../system/command.ts';

/** Between two attempts. */
export const PAUSE_MS = 200;

/** How long a device that somebody has open is waited for, as LVM waits for an LV: udev and blkid look in and leave. */
export const DEVICE_PATIENCE_MS = 5000;

/** Tries to undo until all is undone or the time is up, which is less where the hook has less; the attempt learns when it is the last one. */
export async function retryUntilFree(
  most: number,
  exec: Commands,
  attempt: (last: boolean) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const end = performance.now() + exec.patienceMs(most);
  for (;;) {
    const last = performance.now() > end;
    const outcomes = await attempt(last);
    if (last || outcomes.every(({ kind }) => kind === 'undone')) return outcomes;
    await sleep(PAUSE_MS);
  }
}
