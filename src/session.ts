import fs from 'node:fs';
import path from 'node:path';
import { Fault, isFault } from './core/fault.ts';
import type { Reply } from './core/contract.ts';
import { Journal } from './core/journal.ts';
import { encodeName, isJournal } from './core/names.ts';
import { createMachine, type OurMachine } from './machine.ts';
import { LOG_FILE, RUN_DIRECTORY, STATE_DIRECTORY } from './places.ts';
import { failedReply } from './report/joblog.ts';
import { createLog } from './report/log.ts';
import { lockFile, type Lock } from './system/flock.ts';

/** Who works on what; stands in every line of the log. */
export interface Session {
  readonly task: string;
  readonly contract: string;
  readonly phase: string;
  readonly level: 'info' | 'debug';
  /** Milliseconds that a command may take; undefined: the default. */
  readonly timeoutMs: number | undefined;
}

/** The machine, with a log for this session. Makes the directories of ours that are missing. */
export function openMachine({ level, timeoutMs, ...base }: Session): OurMachine {
  ensureDirectories();
  return createMachine(createLog(LOG_FILE, level, { ...base, pid: process.pid }), timeoutMs);
}

/** Does something to a task under its lock. What goes wrong comes back as a reply. */
export async function withTask(
  session: Session,
  waitSeconds: number,
  action: (machine: OurMachine) => Promise<Reply>,
): Promise<Reply> {
  let lock: Lock | undefined;
  try {
    const machine = openMachine(session);
    try {
      lock = await lockTask(session.task, machine, waitSeconds);
      const reply = await action(machine);
      machine.log.info({ reply: reply.kind, leftovers: 'leftovers' in reply ? reply.leftovers : [] }, 'ended');
      return reply;
    } catch (error) {
      machine.log.error({ err: error }, isFault(error) ? 'failed' : 'a bug');
      throw error;
    }
  } catch (error) {
    return failedReply(session.phase, session.task, asError(error), []);
  } finally {
    lock?.release();
  }
}

/** Throws `task.busy` where another process works on the task all the time. */
async function lockTask(task: string, machine: OurMachine, waitSeconds: number): Promise<Lock> {
  const file = path.join(STATE_DIRECTORY, `${encodeName(task)}.lock`);
  const lock = await lockFile(file, waitSeconds, machine.exec);
  if (lock) return lock;
  throw new Fault('task.busy', `another hook works on task ${task} (waited ${waitSeconds} s)`, {
    hint: 'look again later: holdstill status',
  });
}

/** All journals of this host as they stand, sorted by task, to be looked at only. A damaged one throws `journal.broken`. */
export function readJournals(): readonly Journal[] {
  let names: readonly string[];
  try {
    names = fs.readdirSync(STATE_DIRECTORY).filter(isJournal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new Fault('journal.broken', `${STATE_DIRECTORY} can't be read: ${code}`, { hint: 'run it as root' });
  }
  return names
    .flatMap((name) => Journal.read(path.join(STATE_DIRECTORY, name)) ?? [])
    .toSorted((a, b) => a.header.task.localeCompare(b.header.task));
}

function ensureDirectories(): void {
  for (const directory of [STATE_DIRECTORY, RUN_DIRECTORY, path.dirname(LOG_FILE)]) {
    try {
      fs.mkdirSync(directory, { mode: 0o700, recursive: true });
    } catch (error) {
      if (directory === path.dirname(LOG_FILE)) continue;
      throw new Fault('journal.unwritable', `${directory} can't be made: ${(error as Error).message}`, {
        hint: 'holdstill must run as root',
        cause: error,
      });
    }
  }
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
