import fs from 'node:fs';
import path from 'node:path';
import { syncDirectory } from '../core/files/open.ts';

/** Makes a directory for its owner alone. Throws the error of mkdir(2). */
export function makeDirectory({ file }: { readonly file: string }): void {
  fs.mkdirSync(file, { mode: 0o700 });
}

/** Removes a directory that is empty. Throws the error of rmdir(2). */
export function removeDirectory({ file }: { readonly file: string }): void {
  fs.rmdirSync(file);
}

/** Writes a new file that only its owner can read. Throws the error of open(2), `EEXIST` where something is there, also a link. */
export function writeNew({ file, text }: { readonly file: string; readonly text: string }): void {
  fs.writeFileSync(file, text, { flag: 'wx', mode: 0o400 });
}

/** Gives a file another name. Throws the error of rename(2). */
export function renameFile({ file, to }: { readonly file: string; readonly to: string }): void {
  fs.renameSync(file, to);
}

/** Removes a file, and waits until that outlives a power cut. Throws the errors of unlink(2) and fsync(2). */
export function removeFile({ file }: { readonly file: string }): void {
  fs.unlinkSync(file);
  syncDirectory(path.dirname(file));
}
