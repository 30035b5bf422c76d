import { closeSync, constants, fstatSync, lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { openUnfollowed } from './open.ts';
import { Fault } from '../model/fault.ts';
import { shellWord } from '../text/shell.ts';
import { asRoot } from '../text/why.ts';

const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;
const MOST_LINKS = 40;

/** A path that nobody but its owner can change, with all that leads to it. */
export interface Trusted {
  /** The same without symlinks. */
  readonly path: string;
  readonly stats: Stats;
}

/** Whose files they are, for the code of the Fault. */
export type Subject = 'config' | 'state';

/**
 * Looks at `path`, at every directory above it up to `/`, and at the same for every symlink on the way: each must belong
 * to root or to `owner` (a user id) and be writable by nobody else; a directory above may also be sticky, as /tmp is.
 * Throws Fault `config.insecure` (`state.insecure`) with the command that repairs it, Fault `config.unreadable` where the
 * machine refuses to look, and the error of `lstat` where there is nothing (ENOENT, ENOTDIR).
 */
export function checkTrusted(
  path: string,
  kind: 'file' | 'directory',
  owner: number,
  subject: Subject = 'config',
): Trusted {
  const rest = parts(resolve(path));
  let links = 0;
  let current = '/';
  let stats = lstatSync(current);
  const check = (last: boolean): void => {
    const why = weakness(current, rightsOf(stats), owner);
    const shared = !last && stats.isDirectory() && (stats.mode & STICKY) !== 0;
    if (why === undefined || (why.what === 'mode' && shared)) return;
    // A directory above may be somebody's home: no message says to take that away from him.
    const hint =
      why.what === 'owner' && !last ? `keep ${shellWord(path)} below directories that belong to root` : why.hint;
    throw insecure(subject, { ...why, hint });
  };
  check(rest.length === 0);
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
      const why = weakness(next, rightsOf(stats), owner);
      if (why?.what === 'owner') throw insecure(subject, why);
      const target = readlinkSync(next);
      rest.unshift(...parts(target));
      if (target.startsWith('/')) current = '/';
    } else {
      current = next;
      check(rest.length === 0);
    }
  }
  const right = kind === 'file' ? stats.isFile() : stats.isDirectory();
  if (right) return { path: current, stats };
  throw insecure(subject, {
    message: `${path} is not a ${kind === 'file' ? 'regular file' : 'directory'}`,
    hint: `look at it with: ls -ld ${shellWord(path)}`,
  });
}

/**
 * Opens a file to append to, in a directory that is trusted; makes it, for its owner alone. Never through a link, never
 * one that others could change or that is not a file. Throws as `checkTrusted`, and the error of open(2).
 */
export function openTrusted(path: string, subject: Subject): number {
  checkTrusted(dirname(path), 'directory', 0, subject);
  const { O_WRONLY, O_APPEND, O_CREAT } = constants;
  const fd = openFile(path, O_WRONLY | O_APPEND | O_CREAT, subject);
  const stats = fstatSync(fd);
  const why = weakness(path, rightsOf(stats)) ?? (stats.isFile() ? undefined : notOurs(path, 'is not a regular file'));
  if (why === undefined) return fd;
  closeSync(fd);
  throw insecure(subject, why);
}

function openFile(path: string, flags: number, subject: Subject): number {
  try {
    return openUnfollowed(path, flags);
  } catch (error) {
    // ENXIO: a pipe that nobody reads, or a socket.
    if (errorCode(error) === 'ELOOP') throw insecure(subject, notOurs(path, 'is a symbolic link'));
    if (errorCode(error) === 'ENXIO') throw insecure(subject, notOurs(path, 'is not a regular file'));
    throw error;
  }
}

function notOurs(path: string, why: string): Pick<Weakness, 'message' | 'hint'> {
  return { message: `${path} ${why}`, hint: `find out who owns it, and move it away: ls -l ${shellWord(path)}` };
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

function look(path: string): Stats {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errorCode(error) === 'EACCES') {
      throw new Fault('config.unreadable', `user ${process.getuid?.()} has no access to ${path}`, {
        hint: asRoot(error) ?? `look at it with: ls -ld ${shellWord(path)}`,
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

/** Why others than root could change something, and the command that fixes it. */
export interface Weakness {
  readonly what: 'owner' | 'mode';
  readonly message: string;
  readonly hint: string;
}

/** Who may change something. */
export interface Rights {
  readonly owner: number;
  /** The permissions of stat(2); others than those bits don't matter. */
  readonly mode: number;
  readonly link: boolean;
}

function rightsOf(stats: Stats): Rights {
  return { owner: stats.uid, mode: stats.mode, link: stats.isSymbolicLink() };
}

/** The one rule for all of them: it belongs to root or to `owner`, and nobody else may write to it. */
export function weakness(path: string, rights: Rights, owner: number = 0): Weakness | undefined {
  if (rights.owner !== 0 && rights.owner !== owner) {
    const message = `${path} belongs to user ${rights.owner}, not to root`;
    return { what: 'owner', message, hint: `chown ${rights.link ? '-h ' : ''}root ${shellWord(path)}` };
  }
  if ((rights.mode & WRITABLE_BY_OTHERS) === 0 || rights.link) return undefined;
  const mode = (rights.mode & 0o7777).toString(8).padStart(4, '0');
  const whom = (rights.mode & 0o002) === 0 ? 'its group' : 'everybody';
  const message = `${path} is writable by ${whom} (mode ${mode})`;
  return { what: 'mode', message, hint: `chmod go-w ${shellWord(path)}` };
}

function insecure(subject: Subject, { message, hint }: Pick<Weakness, 'message' | 'hint'>): Fault {
  return new Fault(`${subject}.insecure`, message, { hint });
}
