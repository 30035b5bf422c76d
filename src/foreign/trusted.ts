import { checkTrusted } from '../core/files/trust.ts';

/** The permissions of a file or directory that only root can change. Throws `config.insecure` where others can, and the error of lstat(2) where it is not there. */
export function trustedMode({
  file,
  kind = 'file',
}: {
  readonly file: string;
  readonly kind?: 'file' | 'directory';
}): number {
  return checkTrusted(file, kind, 0).stats.mode & 0o7777;
}
