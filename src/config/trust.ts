import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../core/fault.ts';
import { shellWord } from '../core/shell.ts';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;
const MOST_LINKS = 40;

/** A path that nobody but its owner can change, with all that leads to it. */
export interface Trusted {
  /** The same without symlinks. */
  readonly path: string;
  readonly stats: Stats;
}

/**
 * Looks at `path`, at every directory above it up to `/`, and at the same for every symlink on the way: each must belong
 * to root or to `owner` (a user id) and be writable by nobody else; a directory above may also be sticky, as /tmp is.
 * Throws Fault `config.insecure` with the command that repairs it, Fault `config.unreadable` where the machine refuses
 * to look, and the error of `lstat` where there is nothing (ENOENT, ENOTDIR).
 */
export function checkTrusted(path: string, kind: 'file' | 'directory', owner: number): Trusted {
  const rest = parts(resolve(path));
  let links = 0;
  let current = '/';
  let stats = lstatSync(current);
  checkOne(current, stats, rest.length === 0, owner);
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '..') {
      current = dirname(current);
      stats = lstatSync(current);
      continue;
    }
    const next = join(current, part);
    stats = look(next);
    if (stats.isSymbolicLink()) {
      links += 1;
      if (links > MOST_LINKS) throw new Fault('config.unreadable', `${path} is a symlink that leads in a circle`);
      checkOwner(next, stats, owner);
      const target = readlinkSync(next);
      rest.unshift(...parts(target));
      if (target.startsWith('/')) current = '/';
    } else {
      current = next;
      checkOne(current, stats, rest.length === 0, owner);
    }
  }
  const right = kind === 'file' ? stats.isFile() : stats.isDirectory();
  if (right) return { path: current, stats };
  throw new Fault('config.insecure', `${path} is not a ${kind === 'file' ? 'regular file' : 'directory'}`, {
    hint: `look at it with: ls -ld ${shellWord(path)}`,
  });
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function look(path: string): Stats {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errorCode(error) === 'EACCES') {
      throw new Fault('config.unreadable', `${path} can't be looked at by user ${process.getuid?.()}`, {
        hint: 'let the backup software run its hooks as root',
        cause: error,
      });
    }
    throw error;
  }
}

/** The code of a system error (`ENOENT`); undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function checkOne(path: string, stats: Stats, last: boolean, owner: number): void {
  checkOwner(path, stats, owner);
  if ((stats.mode & WRITABLE_BY_OTHERS) === 0) return;
  if (!last && stats.isDirectory() && (stats.mode & STICKY) !== 0) return;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  const whom = (stats.mode & 0o002) === 0 ? 'its group' : 'everybody';
  throw new Fault('config.insecure', `${path} is writable by ${whom} (mode ${mode})`, {
    hint: `chmod go-w ${shellWord(path)}`,
  });
}

function checkOwner(path: string, stats: Stats, owner: number): void {
  if (stats.uid === 0 || stats.uid === owner) return;
  const link = stats.isSymbolicLink() ? '-h ' : '';
  throw new Fault('config.insecure', `${path} belongs to user ${stats.uid}, not to root`, {
    hint: `chown ${link}root ${shellWord(path)}`,
  });
}
