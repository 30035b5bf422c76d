import fs from 'node:fs';
import path from 'node:path';

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

/** The text of a regular file; opens no link and waits for nobody, whatever has taken its place. Throws the errors of open(2) and read(2). */
export function readText({ file }: { readonly file: string }): string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  const descriptor = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    return fs.readFileSync(descriptor, 'utf8');
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Where a link leads to. Throws the error of readlink(2). */
export function linkTarget({ file }: { readonly file: string }): string {
  return fs.readlinkSync(file);
}

/** Where a path leads to, without links. Throws the error of realpath(3). */
export function realPath({ file }: { readonly file: string }): string {
  return fs.realpathSync(file);
}

/** Removes a file, and waits until that outlives a power cut. Throws the errors of unlink(2) and fsync(2). */
export function removeFile({ file }: { readonly file: string }): void {
  fs.unlinkSync(file);
  const descriptor = fs.openSync(path.dirname(file), 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
