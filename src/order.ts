/** How an executable tells itself, started again, what to do. No caller can: hooks/prologue.sh unsets it. */
export const ORDER = 'HOLDSTILL_ORDER';

/** Whose snapshots are to be watched. */
export interface WatchOrder {
  readonly kind: 'watch';
  readonly task: string;
  readonly run: string;
}

/** What a process of ours does that we start beside a hook. `probe`: answers questions about what is not ours (probe.ts). */
export type Order = WatchOrder | { readonly kind: 'probe' };

export function writeOrder(order: Order): string {
  return order.kind === 'probe' ? order.kind : `${order.kind} ${order.run} ${order.task}`;
}

/** What this process was started by ourselves for; undefined: by somebody else. */
export function readOrder(): Order | undefined {
  const text = process.env[ORDER];
  if (text === undefined) return undefined;
  if (text === 'probe') return { kind: 'probe' };
  const [, run = '', task = ''] = /^watch (\S+) (.*)$/s.exec(text) ?? [];
  // For people who look at a list of processes.
  process.title = `holdstill watches ${task}`;
  return { kind: 'watch', run, task };
}
