import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sweepAttendance } from './attendance.ts';
import { asError, Fault, isFault } from '../core/model/fault.ts';
import type { Reply } from '../core/model/reply.ts';
import { Journal } from '../core/journal/journal.ts';
import { thaw } from '../core/run/thaw.ts';
import type { JournalView } from '../core/journal/view.ts';
import { encodeName, isJournal, journalPath, lockOf, lockPath } from '../core/model/names.ts';
import type { Leftover } from '../core/journal/replay.ts';
import { checkState, ensureDirectories, unwritable } from '../system/directories.ts';
import { createMachine, type OurMachine } from './host.ts';
import { LOG_FILE, STATE_DIRECTORY } from '../system/paths.ts';
import { failedReply } from '../report/joblog.ts';
import { withNote } from '../report/lines.ts';
import { createLog } from '../report/log.ts';
import { listenForSignals } from '../system/signals.ts';
import { lockFile, type Lock } from '../system/lock.ts';
import { markedProcesses } from '../system/kernel/processes.ts';
import { errorCode } from '../core/files/trust.ts';
import { asRoot, whyNot } from '../core/text/why.ts';

/** What only looks answers within this, whatever hangs: monitoring asks every few minutes. */
export const LOOK_MS = 20_000;

/** Who works on what; stands in every line of the log. */
export interface Session {
  readonly task: string;
  readonly contract: string;
  readonly phase: string;
  readonly level: 'info' | 'debug';
  /** Milliseconds that the hook may take; undefined: the default. */
  readonly timeoutMs: number | undefined;
}

/** The machine, with a log for this session if there is a place for it. Changes nothing. */
export function openMachine(session: Session): OurMachine {
  return machineAndLog(session).machine;
}

function machineAndLog({ level, timeoutMs, ...base }: Session): { machine: OurMachine; refused: string | undefined } {
  const { log, refused } = createLog(LOG_FILE, level, { ...base, pid: process.pid });
  return { machine: createMachine(log, base.task, timeoutMs), refused };
}

/**
 * Does something to a task under its lock; makes the directories of ours that are missing. What goes wrong comes back as
 * a reply.
 */
export async function withTask(
  session: Session,
  waitSeconds: number,
  action: (machine: OurMachine, lock: Lock) => Promise<Reply>,
): Promise<Reply> {
  let lock: Lock | undefined;
  let ours: OurMachine | undefined;
  try {
    listenForSignals();
    ensureDirectories();
    const { machine, refused } = machineAndLog(session);
    ours = machine;
    try {
      lock = await lockTask(session.task, machine, waitSeconds);
      // A command of a killed hook may hang as long as what it works on is at rest.
      await thaw(journalPath(STATE_DIRECTORY, session.task), machine);
      await outliveOrphans(session.task, machine);
      const reply = await action(machine, lock);
      const fault = reply.kind === 'failed' && isFault(reply.fault) ? { fault: reply.fault.code } : {};
      const leftovers = 'leftovers' in reply ? reply.leftovers : [];
      machine.log.info({ reply: reply.kind, ...fault, leftovers }, 'ended');
      return { ...reply, lines: withNote(reply.lines, refused) };
    } catch (error) {
      machine.log.error({ err: error }, isFault(error) ? 'failed' : 'a bug');
      throw error;
    }
  } catch (error) {
    return failedReply(session.phase, session.task, asError(error), stillOpen(session.task, error));
  } finally {
    lock?.release();
    if (ours) await sweepAttendance(ours.exec);
  }
}

/** How often a command of a killed hook is looked at. */
const ORPHAN_PAUSE_MS = 250;

/**
 * Waits for the command that a killed hook has left running: it could still make what we are about to undo. We hold the
 * task's lock, so no other hook's command can have its mark. Throws `task.busy`.
 */
async function outliveOrphans(task: string, { deadline }: OurMachine): Promise<void> {
  if (!fs.existsSync(journalPath(STATE_DIRECTORY, task))) return;
  for (;;) {
    const orphans = markedProcesses(encodeName(task));
    if (orphans.length === 0) return;
    if (deadline.workMs() <= 0) {
      throw new Fault(
        'task.busy',
        `a hook of task ${task} was killed, but its command still runs: ${orphans.join(', ')}`,
      );
    }
    await sleep(ORPHAN_PAUSE_MS);
  }
}

/**
 * After a failure that left the journal as it was: all that it lists. A busy task is another process's concern, and a
 * journal that others may have written says nothing.
 */
function stillOpen(task: string, error: unknown): readonly Leftover[] {
  const journal = journalPath(STATE_DIRECTORY, task);
  const silent = isFault(error) && (error.exitStatus === 4 || error.code === 'state.insecure');
  if (silent || !isThere(journal)) return [];
  return [
    {
      what: `everything that ${journal} lists`,
      reason: 'the task was not closed',
      byHand: 'see: holdstill status',
      needed: false,
    },
  ];
}

/** As a link, too: nothing of ours would be one. False if that is not known. */
function isThere(file: string): boolean {
  try {
    return fs.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Waits, but no longer than the hook may work. Throws `task.locked` where another process works on the task all the time. */
async function lockTask(task: string, machine: OurMachine, mostSeconds: number): Promise<Lock> {
  const waitSeconds = Math.round(Math.min(mostSeconds, machine.deadline.workMs() / 1000));
  const file = lockPath(STATE_DIRECTORY, task);
  const lock = await lockFile(file, waitSeconds, machine.exec).catch((error: unknown) => {
    throw isFault(error) ? error : unwritable(file, error);
  });
  if (lock) return lock;
  throw new Fault('task.locked', `another hook works on task ${task} (waited ${waitSeconds} s)`, {
    hint: 'try again later; to see what is open: holdstill status',
  });
}

/** All journals of this host as they stand, sorted by task, to be looked at only; a fault for each that is damaged. Throws `state.insecure`. */
export interface Journals {
  readonly sound: readonly JournalView[];
  readonly broken: readonly Fault[];
}

export function readJournals(): Journals {
  checkState();
  let names: readonly string[];
  try {
    names = fs.readdirSync(STATE_DIRECTORY).filter(isJournal);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { sound: [], broken: [] };
    throw new Fault('journal.broken', `${STATE_DIRECTORY} can't be read: ${whyNot(error)}`, {
      hint: asRoot(error) ?? `look at it with: ls -ld ${STATE_DIRECTORY}`,
    });
  }
  const sound: JournalView[] = [];
  const broken: Fault[] = [];
  for (const name of names) {
    try {
      const journal = Journal.read(path.join(STATE_DIRECTORY, name));
      if (journal) sound.push(journal);
    } catch (error) {
      if (!isFault(error)) throw error;
      broken.push(error);
    }
  }
  return { sound: sound.toSorted((a, b) => a.header.task.localeCompare(b.header.task)), broken };
}

/**
 * Removes the journals that a crash left without a header, under which nothing was tried yet. Not one of a task that
 * somebody works on: that may get its header at any moment.
 */
export async function clearStillborn(): Promise<void> {
  if (!fs.existsSync(STATE_DIRECTORY)) return;
  const { exec } = openMachine({ task: '', contract: 'cli', phase: 'recover', level: 'info', timeoutMs: undefined });
  for (const name of fs.readdirSync(STATE_DIRECTORY).filter(isJournal)) {
    const journal = path.join(STATE_DIRECTORY, name);
    if (!isStillborn(journal)) continue;
    let lock: Lock | undefined;
    try {
      lock = await lockFile(lockOf(journal), 0, exec);
      if (lock && isStillborn(journal)) Journal.load(journal);
    } catch {
      // It does no harm where it is; the next hook of its task removes it, too.
    } finally {
      lock?.release();
    }
  }
}

function isStillborn(journal: string): boolean {
  try {
    return fs.existsSync(journal) && Journal.read(journal) === undefined;
  } catch {
    // A damaged one is reported by who reads it.
    return false;
  }
}
