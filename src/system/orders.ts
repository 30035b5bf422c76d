import { nameProcess } from './title.ts';

/** How an executable, started again, gets its order from itself. No caller can: hooks/build/prologue.sh unsets it. */
export const ORDER = 'HOLDSTILL_ORDER';

/**
 * What a process of ours does that we start beside a hook. `watch`: extends the snapshots of open tasks (watcher.ts);
 * `probe`: answers questions about what is not ours (probe.ts); `guard`: lets go what is at rest (guard.ts).
 */
export type Order = 'watch' | 'probe' | 'guard';

const TITLES: Readonly<Record<Order, string>> = { watch: 'watches', probe: 'probes', guard: 'guards' };

/** The variable that tells the guard what it guards, as JSON. */
export const GUARDED = 'HOLDSTILL_GUARDED';

/** A cut that is to be guarded. */
export interface Guarded {
  readonly journal: string;
  readonly run: string;
  readonly limitMs: number;
}

/** What this process was started by ourselves for; undefined: by somebody else. */
export function readOrder(): Order | undefined {
  const text = process.env[ORDER];
  if (text === undefined) return undefined;
  const order = text === 'probe' || text === 'guard' ? text : 'watch';
  nameProcess(TITLES[order]);
  return order;
}
