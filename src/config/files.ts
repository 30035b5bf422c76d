import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault, isFault } from '../core/model/fault.ts';
import { shellWord } from '../core/text/shell.ts';
import { checkTrusted, errorCode } from '../core/files/trust.ts';
import { ignoredIn } from './ignored.ts';
import { asRoot, whyNot } from '../core/text/why.ts';

const LARGEST = 1024 * 1024;
const LEAST_FILE = `it needs at least three lines: "version: 1", "tasks:" and "  NAME-OF-THE-BACKUP-TASK: /srv/data"`;

/** A file of the configuration, read but not understood. */
export interface RawFile {
  /** As the admin knows it: below the directory that was asked for. */
  readonly path: string;
  /** holdstill.yaml itself, not a file of tasks.d. */
  readonly main: boolean;
  /** Undefined where the file could not be read. */
  readonly bytes: Buffer | undefined;
  /** Why the file must not be used. */
  readonly fault: Fault | undefined;
}

/**
 * Reads `directory`/holdstill.yaml and `directory`/tasks.d/*.yaml in the order of their names. What is wrong with one
 * file is kept with it. Throws Fault `config.missing` where there is not a single file, `config.insecure` and
 * `config.unreadable` where a directory is at fault.
 */
export function readFiles(directory: string, owner: number): readonly RawFile[] {
  const main = join(directory, 'holdstill.yaml');
  if (!isDirectory(directory, owner)) throw missing(main, directory);
  const dropIns = join(directory, 'tasks.d');
  const names = isDirectory(dropIns, owner) ? list(dropIns) : [];
  const files = [readOne(main, true, owner), ...names.map((name) => readOne(join(dropIns, name), false, owner))];
  const found = files.filter((file) => file !== undefined);
  if (found.length === 0) throw missing(main, directory);
  return found;
}

function isDirectory(path: string, owner: number): boolean {
  try {
    checkTrusted(path, 'directory', owner);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw asFault(error, path);
  }
}

/* Hidden files are an editor's, not the admin's. */
function list(directory: string): string[] {
  try {
    return readdirSync(directory)
      .toSorted()
      .filter((name) => name.endsWith('.yaml') && !name.startsWith('.'));
  } catch (error) {
    throw asFault(error, directory);
  }
}

/**
 * Whether a file that can't be understood may mean the task `name`: in any spelling that YAML has for it and in the
 * encodings that editors write. Unread bytes may mean everything.
 */
export function mentions(bytes: Buffer | undefined, name: string): boolean {
  if (bytes === undefined || name === '') return name !== '';
  const spellings = [name, name.replaceAll("'", "''"), JSON.stringify(name).slice(1, -1)];
  const encodings = ['utf8', 'latin1', 'utf16le'] as const;
  return spellings.some((spelling) =>
    encodings.some((encoding) => standsAlone(bytes, Buffer.from(spelling, encoding), encoding === 'utf16le' ? 2 : 1)),
  );
}

/* Not as a part of a longer word: hooks are called with short arguments that could be anywhere. */
function standsAlone(bytes: Buffer, word: Buffer, width: number): boolean {
  const isPart = (index: number): boolean => /[\w.-]/.test(String.fromCharCode(bytes[index] ?? 0));
  for (let start = bytes.indexOf(word); start >= 0; start = bytes.indexOf(word, start + 1)) {
    if (!isPart(start - width) && !isPart(start + word.length)) return true;
  }
  return false;
}

/* A main file that is not there is none; a dangling symlink is one that can't be read. */
function readOne(path: string, main: boolean, owner: number): RawFile | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return main ? undefined : gone(path);
  try {
    const trusted = checkTrusted(path, 'file', owner);
    if (trusted.stats.size > LARGEST) throw new Fault('config.invalid', `${path} is larger than 1 MiB`);
    return { path, main, bytes: readFileSync(trusted.path), fault: undefined };
  } catch (error) {
    return { path, main, bytes: bytesToSearch(path), fault: asFault(error, path) };
  }
}

/* Not to be trusted, but good enough to see whether a call may be for a task. Opening a FIFO must not block. */
function bytesToSearch(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = fstatSync(file);
    return stats.isFile() && stats.size <= LARGEST ? readFileSync(file) : undefined;
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function gone(path: string): RawFile {
  return { path, main: false, bytes: undefined, fault: new Fault('config.unreadable', `${path} was just removed`) };
}

function missing(main: string, directory: string): Fault {
  const [other] = ignoredIn(directory);
  const hint = other === undefined ? LEAST_FILE : `${other.path} ${other.why}`;
  return new Fault('config.missing', `there is no ${main}`, { hint });
}

function asFault(error: unknown, path: string): Fault {
  if (isFault(error)) return error;
  return new Fault('config.unreadable', `${path} can't be read (${whyNot(error)})`, {
    hint: asRoot(error) ?? `look at it with: ls -ld ${shellWord(path)}`,
    cause: error,
  });
}
