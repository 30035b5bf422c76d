import fs from 'node:fs';
import { openUnfollowed } from '../core/files/open.ts';
import { Fault } from '../core/model/fault.ts';
import type { Command, Commands } from './command.ts';

/** A note is a word or two. */
const MOST_BYTES = 200;

/** A lock that is held; the kernel frees it when this process ends, however it ends. */
export interface Lock {
  /** What whoever held it before had noted, if he was killed: he left the file behind. '': he was not, or had noted nothing. */
  readonly left: string;
  /** Says in the file what this process is about to do. */
  note(text: string): void;
  release(): void;
  /** The same, but what a killed holder had noted stays for whoever comes next. */
  leave(): void;
}

/**
 * Takes an exclusive lock on a file, which is made for it and removed with it. Undefined: somebody else held it all the
 * time. flock(1) takes the lock on a descriptor of ours, and it stays with the open file after flock has ended: flock(2).
 */
export async function lockFile(file: string, waitSeconds: number, exec: Commands): Promise<Lock | undefined> {
  for (;;) {
    const fd = openUnfollowed(file, fs.constants.O_RDWR | fs.constants.O_CREAT);
    let taken = false;
    try {
      if (!fs.fstatSync(fd).isFile()) {
        throw new Fault('journal.unwritable', `${file} is not a regular file`, {
          hint: `look at it with: ls -l ${file}`,
        });
      }
      taken = await exec.run(flock(fd, waitSeconds));
      if (!taken) return undefined;
      // Whoever held it before us may have removed the file: then ours is a lock on nothing.
      const { ino } = fs.fstatSync(fd);
      taken = ino === fs.lstatSync(file, { throwIfNoEntry: false })?.ino;
      if (taken)
        return {
          left: noteOf(fd),
          note: (text) => note(fd, text),
          release: () => release(file, fd),
          leave: () => (noteOf(fd) === '' ? release(file, fd) : fs.closeSync(fd)),
        };
    } finally {
      if (!taken) fs.closeSync(fd);
    }
  }
}

/** Whether somebody holds the lock on this file now: proc(5), locks. It is not touched; false if that is not known. */
export function isLocked(file: string): boolean {
  try {
    const { ino } = fs.lstatSync(file);
    // btrfs gives stat(2) another device number than the kernel's own, so only the inode is compared.
    return new RegExp(`^\\d+: FLOCK .*:${ino} `, 'm').test(fs.readFileSync('/proc/locks', 'utf8'));
  } catch {
    return false;
  }
}

/** Like `isLocked`, and sure where two files have one inode number; it takes the lock for a moment, so others must wait for theirs. */
export async function isTaken(file: string, exec: Commands): Promise<boolean> {
  let fd: number;
  try {
    fd = openUnfollowed(file, fs.constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    return !(await exec.run(flock(fd, 0)));
  } finally {
    fs.closeSync(fd);
  }
}

/** What the holder of a lock has noted in its file; '': nothing, or there is none. */
export function noteIn(file: string): string {
  let fd: number;
  try {
    fd = openUnfollowed(file, fs.constants.O_RDONLY);
  } catch {
    return '';
  }
  try {
    return noteOf(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function noteOf(fd: number): string {
  const bytes = Buffer.alloc(MOST_BYTES);
  return bytes.toString('utf8', 0, fs.readSync(fd, bytes, 0, MOST_BYTES, 0)).trim();
}

/** A disk that is full must not keep anybody from closing a task: then nothing is noted. */
function note(fd: number, text: string): void {
  try {
    fs.ftruncateSync(fd);
    fs.writeSync(fd, `${text}\n`, 0);
  } catch {
    // Whoever comes after us takes us for one who noted nothing.
  }
}

function release(file: string, fd: number): void {
  fs.rmSync(file, { force: true });
  fs.closeSync(fd);
}

function flock(fd: number, waitSeconds: number): Command<boolean> {
  return {
    tool: 'flock',
    argv: ['--exclusive', '--wait', String(waitSeconds), '0'],
    mutates: false,
    timeoutMs: (waitSeconds + 3) * 1000,
    fd,
    statuses: [0, 1],
    parse: ({ status }) => status === 0,
  };
}
