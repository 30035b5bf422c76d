import { checkTrusted } from '../core/files/trust.ts';

/** The permissions of a file that only root can change. Throws `config.insecure` where others can, and the error of lstat(2) where it is not there. */
export function trustedMode({ file }: { readonly file: string }): number {
  return checkTrusted(file, 'file', 0).stats.mode & 0o7777;
}
