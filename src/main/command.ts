import { obey } from './obey.ts';
import { readOrder } from '../system/orders.ts';

/** Runs the `holdstill` command, or does what this process was started for by ourselves. */
export async function runCommand(): Promise<void> {
  const order = readOrder();
  if (order) return obey(order);
  return (await import('./cli.ts')).runCli();
}
