import fs from 'node:fs';
import { openUnfollowed } from '../files/open.ts';
import { Fault } from '../model/fault.ts';
import type { JournalHeader } from './format.ts';
import { broken, openSafely, readAll } from './file.ts';
import type { Machine } from '../ports/machine.ts';
import { takenPath } from '../model/names.ts';
import { whyNot, writeHint } from '../text/why.ts';

/** A run that was cleared while it was properly open: its job may go on, and gets that reported when it comes for it. */
export interface Taken extends Pick<JournalHeader, 'run' | 'runKey' | 'contract' | 'boot' | 'startedAt'> {
  /** The processes that its opening was called by; see `callersOf`. */
  readonly callers: string;
  /** When it was cleared: ISO 8601, UTC. */
  readonly at: string;
  /** The run that took the task over; '': somebody closed it by hand. */
  readonly by: string;
  /** This was reported to its job. The callers that no other run has: who comes with one of them is that job. */
  readonly told?: string;
}

/** Of more than these the oldest are forgotten. */
const MOST = 20;

/**
 * The runs of a task that were taken over, oldest first. They are kept beside the journals, since they outlive the journal
 * of the run that took over. Throws `journal.broken`.
 */
export function readTaken(stateDirectory: string, task: string): readonly Taken[] {
  const file = takenPath(stateDirectory, task);
  const fd = openSafely(file, 'r');
  if (fd === undefined) return [];
  try {
    const value: unknown = JSON.parse(readAll(file, fd));
    if (Array.isArray(value) && value.every(isTaken)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  } finally {
    fs.closeSync(fd);
  }
  throw broken(file, 'is not a file that holdstill wrote', {
    hint: 'it only says which runs another run took over; if no job is running, move it away',
  });
}

/** Replaces them, in one step; the caller holds the task's lock. Throws `journal.unwritable`. */
export function writeTaken(stateDirectory: string, task: string, taken: readonly Taken[]): void {
  const file = takenPath(stateDirectory, task);
  try {
    if (taken.length === 0) return fs.rmSync(file, { force: true });
    const { O_WRONLY, O_CREAT, O_TRUNC } = fs.constants;
    const fd = openUnfollowed(`${file}.new`, O_WRONLY | O_CREAT | O_TRUNC);
    try {
      fs.writeFileSync(fd, `${JSON.stringify(taken.slice(-MOST))}\n`);
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
    fs.renameSync(`${file}.new`, file);
  } catch (error) {
    throw new Fault('journal.unwritable', `${file} can't be written: ${whyNot(error)}`, {
      hint: writeHint(error, file),
      cause: error,
    });
  }
}

/** A run of this journal as one that is taken over, by a run or by hand. */
export function takenFrom({ run, runKey, contract, boot, startedAt, callers = '' }: JournalHeader, by: string): Taken {
  return { run, runKey, contract, boot, startedAt, callers, at: new Date().toISOString(), by };
}

/**
 * Notes that somebody closed a run by hand, whose job may still come. Never throws: what can't be noted must not keep a
 * snapshot alive.
 */
export function rememberTaken(
  header: JournalHeader,
  { stateDirectory, log }: Pick<Machine, 'stateDirectory' | 'log'>,
): void {
  try {
    writeTaken(stateDirectory, header.task, [...readTaken(stateDirectory, header.task), takenFrom(header, '')]);
  } catch (error) {
    log.error({ err: error }, 'could not note that somebody closed a run by hand');
  }
}

function isTaken(value: unknown): value is Taken {
  if (typeof value !== 'object' || value === null) return false;
  const texts = value as Readonly<Record<string, unknown>>;
  const keys = [
    'run',
    'runKey',
    'contract',
    'boot',
    'startedAt',
    'callers',
    'at',
    'by',
  ] as const satisfies readonly (keyof Taken)[];
  return keys.every((key) => typeof texts[key] === 'string');
}
