import type { Log } from '../ports/machine.ts';
import type { Growing } from '../ports/provider.ts';
import type { Fill } from '../model/snapshot.ts';
import type { NotedStep } from '../model/step.ts';

/** From this share on a snapshot is extended, by this share of its size. Also in docs/storages.md. */
const THRESHOLD = 70;
const PERCENT = 50;
/** How long between two looks: a quarter of the time until the snapshot is full, within these. */
const SHORTEST_MS = 250;
export const LONGEST_MS = 2000;
/** Where nothing is written, a look takes a tenth of the time: watching must not busy a slow host. */
const IDLE_SHARE = 10;
const IDLE_LONGEST_MS = 5000;
/** What was opened less than so long ago has filled up since then. */
const FRESH_MS = 60_000;
/** After an extension that failed, no other is tried for so long: there is no room, or others have locked it. */
const BACKOFF_MS = 30_000;

/** An open run of a task whose snapshots somebody should watch. */
export interface Watched {
  readonly task: string;
  readonly run: string;
  /** Milliseconds since 1970 from which on somebody should. */
  readonly since: number;
  readonly steps: readonly NotedStep[];
}

/** A snapshot at one look. */
interface Filled {
  readonly of: Watched;
  readonly noted: NotedStep;
  readonly storage: Growing;
  readonly fill: Fill;
}

interface Seen extends Fill {
  readonly at: number;
  /** The most that it grew by between two looks: it may do so again. */
  readonly jump: number;
}

/**
 * Makes what looks at the snapshots of all runs each time it is called, extends those that are nearly full, and returns how
 * many milliseconds to wait for the next look. Throws what kept it from looking at some, after the others were looked at.
 */
export function createExtender(storages: readonly Growing[], log: Log): (runs: readonly Watched[]) => Promise<number> {
  const seen = new Map<string, Seen>();
  const notBefore = new Map<string, number>();

  return async (runs) => {
    const began = performance.now();
    const looks = await Promise.allSettled(storages.map((storage) => lookAt(storage, runs)));
    const idle = Math.min(Math.max((performance.now() - began) * IDLE_SHARE, LONGEST_MS), IDLE_LONGEST_MS);
    const filled = looks.flatMap((look) => (look.status === 'fulfilled' ? look.value : []));
    let pause = idle;
    for (const one of filled) {
      const key = keyOf(one);
      const now = performance.now();
      const before = seen.get(key) ?? atOpening(one, now);
      const jump = Math.max(before?.jump ?? 0, before ? one.fill.used - before.used : 0);
      pause = Math.min(pause, patience(before, { ...one.fill, at: now, jump }, idle));
      seen.set(key, { ...one.fill, at: now, jump });
      const { used, total } = one.fill;
      const soonFull = (used * 100) / total >= THRESHOLD || used + jump >= total;
      if (!soonFull || now < (notBefore.get(key) ?? 0)) continue;
      notBefore.set(key, now + (await extend(one, log)));
    }
    const keys = new Set(filled.map(keyOf));
    for (const key of seen.keys()) if (!keys.has(key)) seen.delete(key);
    for (const look of looks) if (look.status === 'rejected') throw look.reason;
    return pause;
  };
}

async function lookAt(storage: Growing, runs: readonly Watched[]): Promise<readonly Filled[]> {
  const own = runs.flatMap((of) =>
    of.steps.filter(({ step }) => step.kind === storage.kind).map((noted) => ({ of, noted, storage })),
  );
  if (own.length === 0) return [];
  const fills = await storage.fills(own.map(({ noted }) => noted));
  return own.flatMap((one, index) => (fills[index] ? [{ ...one, fill: fills[index] }] : []));
}

function keyOf({ of, noted }: Filled): string {
  return `${of.run} ${noted.number}`;
}

/** It was empty when it was taken. Undefined: that is too long ago to say how fast it fills up. */
function atOpening({ of, fill }: Filled, now: number): Seen | undefined {
  const ago = Date.now() - of.since;
  return ago < FRESH_MS ? { used: 0, total: fill.total, at: now - ago, jump: 0 } : undefined;
}

/** How long to wait for the next look at a snapshot; `idle` where nothing is written to it. */
function patience(before: Seen | undefined, now: Seen, idle: number): number {
  if (!before || now.total !== before.total) return LONGEST_MS;
  if (now.used <= before.used) return idle;
  const untilFull = ((now.total - now.used) * (now.at - before.at)) / (now.used - before.used);
  return Math.max(SHORTEST_MS, Math.min(LONGEST_MS, untilFull / 4));
}

/** How long to wait before the next try. What has gone wrong stands in the log: the verdict will tell it to the job. */
async function extend({ of, noted, storage, fill: { used, total } }: Filled, log: Log): Promise<number> {
  const about = { task: of.task, snapshot: noted.step['label'], used, total };
  // Where a jump is to be feared it is below the usual threshold; it must be above the one that is given.
  const above = Math.min(THRESHOLD, Math.ceil((used * 100) / total) - 1);
  try {
    if (!(await storage.extend(noted, above, PERCENT))) return BACKOFF_MS;
    log.info(about, 'extended a snapshot');
    return 0;
  } catch (error) {
    log.warn({ ...about, err: error }, 'a snapshot could not be extended');
    return BACKOFF_MS;
  }
}
