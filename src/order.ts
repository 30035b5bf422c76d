/** How an executable tells itself, started again, what to do. No caller can: hooks/prologue.sh unsets it. */
export const ORDER = 'HOLDSTILL_WATCH';

/** Whose snapshots are to be watched. */
export interface WatchOrder {
  readonly task: string;
  readonly run: string;
}

export function writeOrder({ task, run }: WatchOrder): string {
  return `${run} ${task}`;
}

/** What this process was started by ourselves for; undefined: by somebody else. */
export function readOrder(): WatchOrder | undefined {
  const text = process.env[ORDER];
  if (text === undefined) return undefined;
  const blank = text.indexOf(' ');
  const order = { run: text.slice(0, blank), task: text.slice(blank + 1) };
  // For people who look at a list of processes.
  process.title = `holdstill watches ${order.task}`;
  return order;
}
