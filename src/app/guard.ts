import { setTimeout as sleep } from 'node:timers/promises';
import { Journal } from '../core/journal/journal.ts';
import type { JournalView } from '../core/journal/view.ts';
import { encodeName, guardPath, lockOf } from '../core/model/names.ts';
import { isFault } from '../core/model/fault.ts';
import type { NotedStep } from '../core/model/step.ts';
import { restsAmong, thaw } from '../core/run/thaw.ts';
import { createLog } from '../report/log.ts';
import { markedProcesses } from '../system/kernel/processes.ts';
import { lockFile } from '../system/lock.ts';
import { GUARDED, type Guarded } from '../system/orders.ts';
import { LOG_FILE } from '../system/paths.ts';
import { createMachine, type OurMachine } from './host.ts';

/** How long to wait for the lock of the task before the journal is looked at again: a process for each time. */
const WAIT_SECONDS = 1;
const LEAST_WAIT_SECONDS = 0.25;
/** Between two tries to let go what could not be. */
const RETRY_MS = 1000;
/** Not the task's, for a hook need not wait for commands that let go what it has let go as well. */
const MARK = '=guard';

/**
 * Lets go what a hook has brought to rest, if the hook does not: as soon as the lock of the task is free, which the kernel sees to when
 * the hook is gone, or when its time is over. Goes on until the journal says that nothing rests, at most as long as
 * the task's hook could have worked. Says that it watches by its own lock, in which the run stands.
 */
export async function guard(): Promise<void> {
  const { journal: file, run, limitMs } = guarded();
  const until = performance.now() + limitMs;
  const { log } = createLog(LOG_FILE, 'info', { task: '', contract: 'cli', phase: 'guard', run, pid: process.pid });
  const machine = createMachine(log, MARK);
  const lock = await lockFile(guardPath(file), Math.ceil(limitMs / 1000), machine.exec);
  if (!lock) return;
  try {
    lock.note(run);
    log.info({ limitMs }, 'guarding');
    await watchOver(file, run, until, machine);
    log.info({}, 'nothing rests any more');
  } catch (error) {
    log.error({ err: error }, 'guarding failed');
  } finally {
    lock.release();
  }
}

/** The hook notes what is to rest before it looks for us, so a journal without such steps has been dealt with. */
async function watchOver(file: string, run: string, until: number, machine: OurMachine): Promise<void> {
  let last = Number.POSITIVE_INFINITY;
  /** What was let go must not be again: somebody else may have brought it to rest since. */
  const gone = new Set<number>();
  while (performance.now() < last) {
    const journal = readRun(file, run);
    const resting = journal ? restsAmong(journal.steps, machine) : [];
    if (!journal || resting.length === 0) return;
    last = Math.min(last, until + journal.header.timeoutMs);
    const { task } = journal.header;
    // A command that a killed hook has left may bring to rest what we have just let go.
    const wary = { ...machine, unfinished: () => markedProcesses(encodeName(task)) };
    const waitSeconds = Math.min(Math.max((until - performance.now()) / 1000, LEAST_WAIT_SECONDS), WAIT_SECONDS);
    if (await thawOfGone(file, waitSeconds, wary)) continue;
    if (performance.now() < until) continue;
    await letGo(
      resting.filter(({ number }) => !gone.has(number)),
      gone,
      machine,
    );
    await sleep(RETRY_MS);
  }
}

/** Undefined: this run is over. A journal that is being written may be cut short for a moment. */
function readRun(file: string, run: string): JournalView | undefined {
  const journal = Journal.read(file);
  return journal?.header.run === run ? journal : undefined;
}

/** Whether the hook was gone, and all that it had left at rest was let go and noted. */
async function thawOfGone(file: string, waitSeconds: number, machine: OurMachine): Promise<boolean> {
  const lock = await lockFile(lockOf(file), waitSeconds, machine.exec);
  if (!lock) return false;
  try {
    if (await thaw(file, machine)) return true;
  } finally {
    lock.leave();
  }
  await sleep(RETRY_MS);
  return false;
}

/** While the hook lives the journal is its own: it finds out itself that nothing rests any more. */
async function letGo(resting: readonly NotedStep[], gone: Set<number>, { undo, log }: OurMachine): Promise<void> {
  for (const noted of resting.toReversed()) {
    try {
      const outcomes = await undo.get(noted.step.kind)?.undo([noted]);
      if (outcomes?.every(({ kind }) => kind === 'undone')) gone.add(noted.number);
      log.warn({ step: noted.step, outcomes }, 'the time for the cut is over: let go');
    } catch (error) {
      log[isFault(error) ? 'warn' : 'error']({ err: error, step: noted.step }, 'could not be let go');
    }
  }
}

function guarded(): Guarded {
  return JSON.parse(process.env[GUARDED] ?? '{}') as Guarded;
}
