import { nameProcess } from './title.ts';

/** How an executable, started again, gets its order from itself. No caller can: hooks/build/prologue.sh unsets it. */
export const ORDER = 'HOLDSTILL_ORDER';

/**
 * What a process of ours does that we start beside a hook. `watch`: extends the snapshots of open tasks (watcher.ts);
 * `probe`: answers questions about what is not ours (probe.ts).
 */
export type Order = 'watch' | 'probe';

/** What this process was started by ourselves for; undefined: by somebody else. */
export function readOrder(): Order | undefined {
  const text = process.env[ORDER];
  if (text === undefined) return undefined;
  const order = text === 'probe' ? 'probe' : 'watch';
  nameProcess(order === 'probe' ? 'probes' : 'watches');
  return order;
}
