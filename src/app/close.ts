import type { Configuration } from '../config/configuration.ts';
import { claimOf, type Claim } from '../core/run/claim.ts';
import { close } from '../core/run/close.ts';
import type { Call } from '../core/ports/contract.ts';
import type { Reply } from '../core/model/reply.ts';
import { CLOSES } from '../core/run/earlier.ts';
import { Journal } from '../core/journal/journal.ts';
import { journalPath } from '../core/model/names.ts';
import { stateOf } from '../core/run/recover.ts';
import { nothing } from '../core/model/nothing.ts';
import { whyNot } from '../core/text/why.ts';
import { readTaken, rememberTaken, writeTaken, type Taken } from '../core/journal/taken.ts';
import type { OurMachine } from './host.ts';
import { STATE_DIRECTORY } from '../system/paths.ts';
import { closedReply, otherRunReply } from '../report/joblog.ts';
import { withTask, type Session } from './session.ts';
import { callersOf } from '../system/kernel/processes.ts';

/** What a hook asks the application to do with one task. */
export interface Work {
  readonly task: string;
  readonly contract: string;
  readonly call: Call;
  /** Undefined: the configuration can't be read; enough to close. */
  readonly configuration: Configuration | undefined;
  /** Milliseconds of the hook's time that are over already; undefined: none worth counting. */
  readonly spentMs?: number;
}

/**
 * Closes a task. Needs its journal only; works with a broken configuration. With `run`, only this run of it: that it is
 * not open any more is not a good sign then. A job that calls for a run that another one took over gets that reported.
 */
export function closeTask(work: Work, run?: string): Promise<Reply> {
  leaveDirectory();
  const callers = callersOf();
  const session = { ...sessionOf(work, 'post'), timeoutMs: openedWith(work.task) };
  return withTask(session, Number.POSITIVE_INFINITY, async (machine, lock) => {
    lock.note(CLOSES);
    const journal = Journal.load(journalPath(machine.stateDirectory, work.task));
    if (run !== undefined) return closeRun(journal, work.task, run, machine);
    const other = journal && otherJob(journal.header.runKey, work.call.runKey);
    if (other !== undefined) {
      journal?.close();
      return otherRunReply(work.task, other);
    }
    return closeClaimed(journal, work, callers, machine);
  });
}

async function closeRun(journal: Journal | undefined, task: string, run: string, machine: OurMachine): Promise<Reply> {
  if (journal?.header.run === run) return closedReply(await close(journal, machine));
  journal?.close();
  return otherRunReply(task, `somebody closed run ${run} while its command still ran`);
}

/** Why a task can't have been opened by the job that calls, by the ids of their runs; undefined: it can. */
function otherJob(opener: string, closer: string | undefined): string | undefined {
  // A cancelled job's post hook may come late, when the next job has opened the task already.
  if (closer === undefined || closer === opener) return undefined;
  return opener === ''
    ? `the task was opened without a run id, so not by job ${closer}; give both hooks the same id`
    : `the task is open for job ${opener} now; the snapshot that job ${closer} read was removed`;
}

async function closeClaimed(
  journal: Journal | undefined,
  { task, contract, call }: Work,
  callers: string,
  machine: OurMachine,
): Promise<Reply> {
  const { stateDirectory, log, bootId } = machine;
  let taken: readonly Taken[] = [];
  let doubt: string | undefined;
  try {
    taken = readTaken(stateDirectory, task);
  } catch (error) {
    doubt = whyNot(error);
  }
  const claim = claimOf({ contract, runKey: call.runKey, callers }, journal?.header, taken, bootId);
  if (claim.kind === 'taken') {
    journal?.close();
    // An id is always the same job's. Who has none gets it reported again only if he is known to be the one.
    if (claim.taken.runKey === '') noteReported(claim.taken, journal?.header.callers, taken, machine, task);
    return otherRunReply(task, whyTaken(claim.taken));
  }
  if (!journal) {
    return doubt === undefined ? nothing(`task ${task} is not open, nothing to close`) : otherRunReply(task, doubt);
  }
  log.info({ run: journal.header.run, claim }, 'closing');
  // Whoever closes by hand what a product has an id for leaves its job in the belief that all is well.
  const isHeld = stateOf(journal, machine) === 'held';
  if (isHeld && call.runKey === undefined && contract !== journal.header.contract) {
    rememberTaken(journal.header, machine);
  }
  return closedReply(await close(journal, machine, doubt ?? whyUnknown(claim, journal.header.run)));
}

/** `open`: the callers of the run that is open. Whoever has none of his own is forgotten: nobody knows who comes next. */
function noteReported(
  reported: Taken,
  open: string | undefined,
  taken: readonly Taken[],
  { stateDirectory, log }: OurMachine,
  task: string,
): void {
  const shared = new Set(open?.split(' '));
  const own = reported.callers.split(' ').filter((process) => open !== undefined && !shared.has(process));
  const kept = own.some(Boolean) ? [{ ...reported, told: own.join(' ') }] : [];
  try {
    writeTaken(
      stateDirectory,
      task,
      taken.flatMap((one) => (one === reported ? kept : [one])),
    );
  } catch (error) {
    log.warn({ err: error }, 'could not note that a job got this verdict, so the next one gets it as well');
  }
}

function whyTaken({ run, by }: Taken): string {
  return by === ''
    ? `somebody closed run ${run} of the task by hand while its job may have been reading`
    : `another job took the task over: run ${by} removed the snapshots of run ${run} while its job may have been reading them`;
}

function whyUnknown(claim: Claim, run: string): string | undefined {
  if (claim.kind !== 'unknown') return undefined;
  const lost = claim.rivals.map((rival) => rival.run).join(', ');
  return `two jobs had the task open: run ${run} removed the snapshots of run ${lost}. holdstill cannot tell which of the two jobs ends now; give each job its own task`;
}

/** The time limit that the task was opened with; undefined if that is not known. */
export function openedWith(task: string): number | undefined {
  try {
    return Journal.read(journalPath(STATE_DIRECTORY, task))?.header.timeoutMs;
  } catch {
    // A damaged journal is reported by who loads it.
    return undefined;
  }
}

/** Whoever starts us in the mount that we are to remove must not make us its last user. */
export function leaveDirectory(): void {
  process.chdir('/');
}

export function sessionOf({ task, contract, configuration }: Work, phase: string): Session {
  return { task, contract, phase, level: configuration?.logLevel ?? 'info', timeoutMs: undefined };
}
