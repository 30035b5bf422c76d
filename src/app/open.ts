import type { Reply } from '../core/model/reply.ts';
import { asError } from '../core/model/fault.ts';
import { newRunId } from '../core/model/names.ts';
import { opens } from '../core/run/earlier.ts';
import { open, type Opening } from '../core/run/open.ts';
import type { Opened } from '../core/run/opened.ts';
import { failedReply, openedReply } from '../report/joblog.ts';
import { sessionOf, type Work } from './close.ts';
import { withTask } from './session.ts';
import { callersOf } from '../system/kernel/processes.ts';

/**
 * How long an opening waits for another hook that works on the same task. A closing waits as long as it may: a product
 * that cancels a job calls it while the opening still runs.
 */
const OPENING_WAITS_SECONDS = 60;

/** Opens a task. Every failure comes back as a reply; nothing is thrown. */
export async function openTask(work: Work): Promise<Reply> {
  return (await openedOrReply(work)).reply;
}

export async function openedOrReply(
  work: Work,
  { show, keeper }: Pick<Opening, 'show' | 'keeper'> = { show: 'files', keeper: undefined },
): Promise<{ readonly opened: Opened | undefined; readonly reply: Reply }> {
  const began = performance.now();
  const callers = callersOf();
  let opened: Opened | undefined;
  try {
    if (!work.configuration) throw new Error('no configuration to open the task with');
    // Closing needs no configuration, so it should not pay for the reading of one.
    const { loadTask } = await import('../config/load.ts');
    const { task, log } = loadTask(work.configuration, work.task);
    const session = { ...sessionOf(work, 'pre'), level: log.level, timeoutMs: task.timeoutMs - (work.spentMs ?? 0) };
    const run = newRunId();
    const reply = await withTask(session, OPENING_WAITS_SECONDS, async (machine, lock) => {
      lock.note(opens(run));
      const { contract, call } = work;
      opened = await open(
        { run, show, task, contract, runKey: call.runKey, callers, keeper, killed: lock.left },
        machine,
      );
      return openedReply(task.name, opened, performance.now() - began);
    });
    return { opened, reply };
  } catch (error) {
    return { opened, reply: failedReply('pre', work.task, asError(error), []) };
  }
}
