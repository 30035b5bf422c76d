import type { Order } from '../system/orders.ts';

/** Does what a process of ours was started for by ourselves. */
export async function obey(order: Order): Promise<void> {
  if (order === 'probe') return (await import('./probe.ts')).answerQuestions();
  if (order === 'guard') return (await import('../app/app.ts')).guard();
  return (await import('../app/watcher.ts')).watch();
}
