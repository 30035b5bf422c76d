import path from 'node:path';
import { shellWord } from './shell.ts';

/** What the kernel's refusals mean: errno(3), in the words of strerror(3) where those can be understood. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'in use',
  EDQUOT: 'disk quota exceeded',
  EEXIST: 'something of this name is there already',
  EINVAL: 'not possible there',
  EIO: 'Input/output error',
  EISDIR: 'it is a directory',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
  EMLINK: 'too many links',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many open files',
  ENODEV: 'no such device',
  ENOENT: 'no such file or directory',
  ENOEXEC: 'it is not a program',
  ENOMEM: 'out of memory',
  ENOSPC: 'no space left on device',
  ENOTCONN: 'its server is not connected',
  ENOTDIR: 'a part of the path is not a directory',
  ENOTEMPTY: 'it is not empty',
  ENXIO: 'no such device',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  ESTALE: 'its server no longer knows it',
  ETIMEDOUT: 'no answer in time',
  ETXTBSY: 'it is being written to',
  EUCLEAN: 'the file system is damaged',
};

/** Of a file name that the message gives itself: `ENOENT: no such file or directory, open '/x'`. */
const NODE_MESSAGE = /^[A-Z][A-Z0-9]+: ([^,]+)/;

/** Why the system refused something, in words for people: `permission denied`. Of any other error its message. */
export function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return WORDS[code] ?? NODE_MESSAGE.exec(error.message)?.[1] ?? error.message;
}

/** The same for a code alone (`EACCES`), as a child of ours reports it. */
export function codeInWords(code: string): string {
  return WORDS[code] ?? code;
}

/** What to do where only the rights are missing; undefined: it is something else, or root was refused. */
export function asRoot(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (code === 'EACCES' || code === 'EPERM') && process.geteuid?.() !== 0
    ? 'holdstill must run as root'
    : undefined;
}

/** What to do where a file or directory of ours can't be made or written. */
export function writeHint(error: unknown, file: string): string {
  const missing = asRoot(error);
  if (missing !== undefined) return missing;
  const directory = OURS.includes(file) ? file : path.dirname(file);
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EROFS':
      // ProtectSystem= and ReadOnlyPaths= make a file system read-only for one unit alone: systemd.exec(5).
      return `if a systemd unit with ProtectSystem= runs it, add to that unit: ReadWritePaths=${
        OURS.includes(directory) ? OURS.join(' ') : directory
      }`;
    case 'EEXIST':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ENXIO':
      return `look at it with: ls -ld ${shellWord(file)}`;
    default:
      return `check the free space and the permissions of ${directory}`;
  }
}

/** The directories of places.ts, which a test compares. */
const OURS: readonly string[] = ['/var/lib/holdstill', '/run/holdstill', '/var/log/holdstill'];
