import fs from 'node:fs';
import { openUnfollowed } from '../files/open.ts';
import { Fault } from '../model/fault.ts';
import { asRoot, whyNot } from '../text/why.ts';

/** A journal of a thousand steps has some 500 KB. */
const LARGEST = 16 * 1024 * 1024;

/**
 * Opens a journal that is there: a regular file of root's (or of whoever we run as, who then is not root), that nobody
 * else can change; never through a link. Undefined: there is none. Throws `journal.broken`.
 */
export function openSafely(file: string, mode: 'r' | 'r+'): number | undefined {
  const { O_RDONLY, O_RDWR } = fs.constants;
  let fd: number;
  try {
    fd = openUnfollowed(file, mode === 'r' ? O_RDONLY : O_RDWR);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP') throw broken(file, 'is a symbolic link');
    throw broken(file, `can't be opened: ${whyNot(error)}`, { hint: asRoot(error), cause: error });
  }
  const stat = fs.fstatSync(fd);
  const problem = !stat.isFile()
    ? 'is not a regular file'
    : stat.uid !== 0 && stat.uid !== process.geteuid?.()
      ? `belongs to user ${stat.uid}, not to root`
      : (stat.mode & 0o022) !== 0
        ? 'is writable for users other than root'
        : stat.size > LARGEST
          ? `is too large for a journal (${stat.size} bytes)`
          : undefined;
  if (problem === undefined) return fd;
  fs.closeSync(fd);
  throw broken(file, problem);
}

export function readAll(file: string, fd: number): string {
  try {
    return fs.readFileSync(fd, 'utf8');
  } catch (error) {
    throw broken(file, `can't be read: ${whyNot(error)}`, { cause: error });
  }
}

/** A journal that must not be followed, not even in part. */
export function broken(
  file: string,
  why: string,
  { hint, cause }: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
): Fault {
  return new Fault('journal.broken', `${file} ${why}`, {
    hint:
      hint ??
      `see what it lists and what is still there: holdstill status; lvs @holdstill; when nothing is left, move the file away`,
    cause,
  });
}
