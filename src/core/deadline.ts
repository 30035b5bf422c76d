import { Fault } from './fault.ts';

/** The share of its time that a hook may work; the rest is kept for undoing what it did. */
const WORK = 2 / 3;
/** What a command may take at least, however late it is: an undoing that is late is better than none. */
const LEAST_MS = 10_000;
const GRACE_MS = 10_000;

/** How long a hook may take. It starts with the machine it is made for. */
export interface Deadline {
  /** Milliseconds that a command may take which starts now. */
  commandMs(): number;
  /** Milliseconds that a command which changes something may take to end, once it was asked to. */
  graceMs(): number;
  /** Milliseconds that are left for work; 0 and less: none. */
  workMs(): number;
  /** Throws `task.timeout` when what is left is needed for undoing. */
  check(): void;
}

/** `now`: milliseconds of a clock that never goes back. */
export function createDeadline(timeoutMs: number, now: () => number = () => performance.now()): Deadline {
  const began = now();
  const workMs = (): number => began + timeoutMs * WORK - now();
  const leftMs = (): number => Math.max(began + timeoutMs - now(), LEAST_MS);
  return {
    workMs,
    commandMs: () => (workMs() > 0 ? workMs() : leftMs()),
    // Not all that is left: what is undone afterwards takes its time as well.
    graceMs: () => Math.min((timeoutMs * (1 - WORK)) / 2, GRACE_MS),
    check() {
      if (workMs() > 0) return;
      const used = Math.round((timeoutMs * WORK) / 1000);
      throw new Fault('task.timeout', `not done after ${used} s of the ${timeoutMs / 1000} s that the hook may take`, {
        hint: `set a longer 'timeout', if the backup software waits that long`,
      });
    },
  };
}
