import { checkTrusted } from '../core/trust.ts';

/** The permissions of a key file. Throws `config.insecure` where others than root can change it, and the error of lstat(2) where it is not there. */
export function keyMode({ file }: { readonly file: string }): number {
  return checkTrusted(file, 'file', 0).stats.mode & 0o7777;
}
