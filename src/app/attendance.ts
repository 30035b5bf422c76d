import fs from 'node:fs';
import path from 'node:path';
import type { Unwatched } from '../core/ports/machine.ts';
import type { JournalView } from '../core/journal/view.ts';
import { isJournal } from '../core/model/names.ts';
import { RUN_DIRECTORY, STATE_DIRECTORY } from '../system/paths.ts';
import type { Exec } from '../system/command.ts';
import { lockFile } from '../system/lock.ts';

/** Locked by the one watcher of this host, who notes in it when it looked. No task has a directory of this name. */
export const WATCH_FILE = path.join(RUN_DIRECTORY, '.watch');

/** A watcher looks every ten seconds at least; whoever was silent for longer than this did not watch. */
const QUIET_MS = 60_000;

/** How long nobody watched each run, in milliseconds, and when somebody last did. */
export interface Attendance {
  readonly missed: ReadonlyMap<string, number>;
  readonly lookedAt: number;
}

/** Undefined: nobody has watched since the start of the system, or since what was watched is closed. */
export function readAttendance(): Attendance | undefined {
  try {
    const [first = ''] = fs.readFileSync(WATCH_FILE, 'utf8').split('\n');
    const missed = Object.entries(JSON.parse(first) as Readonly<Record<string, number>>);
    return { missed: new Map(missed), lookedAt: fs.statSync(WATCH_FILE).mtimeMs };
  } catch {
    return undefined;
  }
}

/** What is known after a look at these runs; `since` is when each should have been watched from. */
export function afterLook(
  before: Attendance | undefined,
  runs: readonly { readonly run: string; readonly since: number }[],
  now: number,
): Attendance {
  const missed = new Map(
    runs.map(({ run, since }) => {
      const earlier = before?.missed.get(run);
      const silent = now - (earlier === undefined ? since : (before?.lookedAt ?? now));
      return [run, (earlier ?? 0) + (silent > QUIET_MS ? silent : 0)];
    }),
  );
  return { missed, lookedAt: now };
}

/** Notes it for `post` and `status`. The file is there while its lock is held. */
export function noteAttendance({ missed }: Attendance): void {
  const fd = fs.openSync(WATCH_FILE, 'r+');
  try {
    // Over the old text: nobody who reads it meanwhile finds an empty file.
    const bytes = Buffer.from(`${JSON.stringify(Object.fromEntries(missed))}\n`);
    fs.writeSync(fd, bytes, 0, bytes.length, 0);
    fs.ftruncateSync(fd, bytes.length);
  } finally {
    fs.closeSync(fd);
  }
}

/** How long nobody watched the snapshots of an open task, of which somebody should; undefined: not for long. */
export function unwatched(
  { header, watched }: Pick<JournalView, 'header' | 'watched'>,
  attendance: Attendance | undefined,
  now: number,
): Unwatched | undefined {
  if (watched === undefined) return undefined;
  const missed = attendance?.missed.get(header.run);
  const silent = now - (attendance && missed !== undefined ? attendance.lookedAt : Date.parse(watched));
  const still = silent > QUIET_MS;
  const ms = (missed ?? 0) + (still ? silent : 0);
  return ms > 0 ? { ms, still } : undefined;
}

/** Removes what a watcher left that was killed, once no task is open. Never throws. */
export async function sweepAttendance(exec: Exec): Promise<void> {
  try {
    if (!fs.existsSync(WATCH_FILE) || fs.readdirSync(STATE_DIRECTORY).some(isJournal)) return;
    (await lockFile(WATCH_FILE, 0, exec))?.release();
  } catch {
    // It does no harm where it is, and is gone with the next start.
  }
}
