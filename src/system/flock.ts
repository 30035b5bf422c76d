import fs from 'node:fs';
import type { Command, Commands } from './command.ts';

const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = fs.constants;

const JUST_MADE_MS = 100;

/** A lock that is held; the kernel frees it when this process ends, however it ends. */
export interface Lock {
  /** Whoever held it before was killed: he left the file behind. */
  readonly abandoned: boolean;
  release(): void;
}

/**
 * Takes an exclusive lock on a file, which is made for it and removed with it. Undefined: somebody else held it all the
 * time. flock(1) takes the lock on a descriptor of ours, and it stays with the open file after flock has ended: flock(2).
 */
export async function lockFile(file: string, waitSeconds: number, exec: Commands): Promise<Lock | undefined> {
  for (;;) {
    const before = fs.lstatSync(file, { throwIfNoEntry: false });
    // Never through a link, and a pipe in its place must not hold us.
    const fd = fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    let taken = false;
    try {
      taken = await exec.run(flock(fd, waitSeconds));
      if (!taken) return undefined;
      // Whoever held it before us may have removed the file: then ours is a lock on nothing.
      const { ino } = fs.fstatSync(fd);
      taken = ino === fs.lstatSync(file, { throwIfNoEntry: false })?.ino;
      // Somebody who has just made it, and was slower than we are, is no dead one.
      const abandoned = before?.ino === ino && Date.now() - before.mtimeMs > JUST_MADE_MS;
      if (taken) return { abandoned, release: () => release(file, fd) };
    } finally {
      if (!taken) fs.closeSync(fd);
    }
  }
}

/** Whether somebody holds the lock on this file now: proc(5), locks. It is not touched; false where that can't be told. */
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
  const { O_RDONLY } = fs.constants;
  let fd: number;
  try {
    fd = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
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
