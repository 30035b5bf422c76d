import type { JournalHeader } from '../journal/format.ts';
import type { Taken } from '../journal/taken.ts';

/** Who calls to close a task. */
export interface Closer {
  readonly contract: string;
  /** The product's own id of the run; undefined where it gives none. */
  readonly runKey: string | undefined;
  /** The processes that called us; see `callersOf`. */
  readonly callers: string;
}

/**
 * Whose run a closing is for. `own`: the one that is open (or none was). `taken`: one that was taken over.
 * `unknown`: one of these, and nothing shows which.
 */
export type Claim =
  | { readonly kind: 'own' }
  | { readonly kind: 'taken'; readonly taken: Taken }
  | { readonly kind: 'unknown'; readonly rivals: readonly Taken[] };

type Run = Pick<JournalHeader, 'run' | 'runKey' | 'contract'> & { readonly callers?: string | undefined };

/**
 * How long a run that its job may have lost by a crash counts as one that still goes on. A job that reads is never taken
 * over, so this is about one that waits, for a tape or for its turn; and the next night's run must not be called bad
 * because the one before was cut off.
 */
const ALIVE_MS = 12 * 3600 * 1000;

/**
 * With the product's id of the run it is exact, and remembered for long. Without one a closing says nothing of who it is,
 * so what is known of its caller must do: the product, and the processes above it (a script that calls both hooks, a
 * client that runs one job). Where that matches the open run as well as one that was taken over not long before, it is
 * `unknown`, and the data of both may be bad: of two jobs one must not hear "good" of what was the other's.
 * Nobody waits for a job that has heard it: only a caller of just that run hears it again.
 * A run that was closed by hand, or opened before the last start of the machine, is not a rival of one that is open.
 */
export function claimOf(closer: Closer, open: Run | undefined, taken: readonly Taken[], bootId: string): Claim {
  const { runKey } = closer;
  if (runKey !== undefined) {
    if (open?.runKey === runKey) return { kind: 'own' };
    const its = taken.findLast((one) => one.runKey === runKey);
    if (its) return { kind: 'taken', taken: its };
    // An unknown id is not one of those without an id: its job heard it before, or never opened anything.
    if (!open) return { kind: 'own' };
  }
  const ofBoot = taken.filter((one) => one.runKey === '' && one.boot === bootId);
  const callers = new Set(closer.callers.split(' '));
  const again = ofBoot.find(({ told }) => told?.split(' ').some((process) => callers.has(process)));
  if (again) return { kind: 'taken', taken: again };
  const keyless = ofBoot.filter(({ told }) => told === undefined);
  const all: readonly Run[] = [...(open ? [open] : []), ...keyless];
  const ofProduct = all.filter(({ contract }) => contract === closer.contract);
  const runs = ofProduct.length > 0 ? ofProduct : all;
  const called = runs.filter((run) => isCaller(closer, run, runs));
  const left = called.length === 1 ? called : runs;
  const lost = keyless.filter((one) => left.includes(one));
  const [first] = lost;
  if (!first) return { kind: 'own' };
  if (!open || !left.includes(open)) return { kind: 'taken', taken: first };
  const rivals = lost.filter(({ by, startedAt, at }) => by !== '' && Date.parse(at) - Date.parse(startedAt) < ALIVE_MS);
  return rivals.length > 0 ? { kind: 'unknown', rivals } : { kind: 'own' };
}

/** Whether one of the processes that called `run`, and none of the other runs, calls now. */
function isCaller({ callers }: Closer, run: Run, runs: readonly Run[]): boolean {
  const above = new Set(callers.split(' '));
  const others = new Set(runs.filter((other) => other !== run).flatMap((other) => (other.callers ?? '').split(' ')));
  return (run.callers ?? '').split(' ').some((process) => process !== '' && above.has(process) && !others.has(process));
}
