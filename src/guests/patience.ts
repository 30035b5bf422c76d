import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '../core/step.ts';

const PAUSE_MS = 200;

/** How long a device that somebody has open is waited for, as LVM waits for an LV: udev and blkid look in and leave. */
export const DEVICE_PATIENCE_MS = 5000;

/** Tries to undo until all is undone or the time is up; the attempt is told when it is the last one. */
export async function insist(
  patienceMs: number,
  attempt: (last: boolean) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const last = performance.now() > end;
    const outcomes = await attempt(last);
    if (last || outcomes.every(({ kind }) => kind === 'undone')) return outcomes;
    await sleep(PAUSE_MS);
  }
}
