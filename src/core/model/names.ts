import { createHash, randomBytes } from 'node:crypto';
import path from 'node:path';

const SAFE = /[A-Za-z0-9._-]/;
const LONGEST = 100;
const JOURNAL = '.journal';

/**
 * A name of any length and content as a file name and LVM tag value: `[A-Za-z0-9._-]` stays, every other byte becomes
 * `=XX`, and so does a leading dot. Different names stay different: a long one is cut and ends in `=:` and its hash,
 * which no short one can contain. At most 118 bytes. LVM tags may hold
 * `[A-Za-z0-9_+.-/=!:&#]` (lvm(8), 2.03.16).
 */
export function encodeName(name: string): string {
  // Never the directory itself.
  if (name === '') return '=';
  const encoded = Array.from(Buffer.from(name, 'utf8'), (byte, index) => {
    const char = String.fromCharCode(byte);
    return SAFE.test(char) && !(index === 0 && char === '.')
      ? char
      : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  if (encoded.length <= LONGEST) return encoded;
  return `${encoded.slice(0, LONGEST)}=:${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

/** What our snapshots are called that lie beside or in their origin: `.hs.<run>.<number>.<origin>`. */
export const SNAPSHOT = /^\.hs\.([0-9a-f]{8})\./;

/** A new run id: eight hexadecimal digits. */
export function newRunId(): string {
  return randomBytes(4).toString('hex');
}

/** The journal of a task: it is there exactly while something of the task may be. */
export function journalPath(stateDirectory: string, task: string): string {
  return path.join(stateDirectory, `${encodeName(task)}${JOURNAL}`);
}

/** The runs of a task that another one took over: there only where there were some. */
export function takenPath(stateDirectory: string, task: string): string {
  return path.join(stateDirectory, `${encodeName(task)}.history`);
}

/** The lock of a task: held while a hook works on it, and only seldom there when none does. */
export function lockPath(stateDirectory: string, task: string): string {
  return path.join(stateDirectory, `${encodeName(task)}.lock`);
}

/** The same, by its journal. */
export function lockOf(journal: string): string {
  return journal.replace(/\.journal$/, '.lock');
}

/** The lock of the process that lets go what a task has at rest, by the journal of the task: there only during a cut. */
export function guardPath(journal: string): string {
  return journal.replace(/\.journal$/, '.guard');
}

/** The journals in a directory listing. */
export function isJournal(fileName: string): boolean {
  return fileName.endsWith(JOURNAL);
}
