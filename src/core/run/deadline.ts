import { Fault } from '../model/fault.ts';

/** The share of its time that a hook may work; the rest is kept for undoing what it did. */
const WORK = 2 / 3;
/** An undoing that is late is better than none: for so long after the time is over commands are still started. */
const LATE_MS = 3500;
/** What a command that is late may take, and to end when it was asked to: together no more than a second, so that all is over in five. */
const LEAST_MS = 750;
const LEAST_GRACE_MS = 250;
const GRACE_MS = 10_000;

/**
 * How long a hook may take. It starts with the machine it is made for. Whatever hangs, all is over five seconds after the time: of what
 * is left for undoing a command may take half, and a quarter to end, so that any number of commands that hang leave time for the next.
 */
export interface Deadline {
  /** Milliseconds that a command may take which starts now; 0: none may start any more. */
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
  const leftMs = (): number => began + timeoutMs - now();
  return {
    workMs,
    commandMs: () => (workMs() > 0 ? workMs() : leftMs() > -LATE_MS ? Math.max(leftMs() / 2, LEAST_MS) : 0),
    // Not all that is left: what is undone afterwards takes its time as well.
    graceMs: () => Math.min(Math.max(leftMs() / 4, LEAST_GRACE_MS), (timeoutMs * (1 - WORK)) / 2, GRACE_MS),
    check() {
      if (workMs() > 0) return;
      const used = Math.round((timeoutMs * WORK) / 1000);
      throw new Fault(
        'task.timeout',
        `the hook gave up after ${used} s, because the rest of its ${timeoutMs / 1000} s is needed for undoing`,
        {
          hint: `set a longer 'timeout', but not longer than the backup software waits`,
        },
      );
    },
  };
}
