import fs from 'node:fs';

/** open(2): a file without a name, which is gone with whoever has it open (on all architectures that Node.js is built for). */
const O_TMPFILE = 0o20000000 | fs.constants.O_DIRECTORY;

/** A file in a directory of ours that holds a text and that nobody else finds; undefined where there can be none. */
export function nameless(text: string, directory: string): number | undefined {
  let fd: number | undefined;
  try {
    fd = fs.openSync(directory, fs.constants.O_RDWR | O_TMPFILE, 0o600);
    fs.writeFileSync(fd, text);
    return fd;
  } catch {
    if (fd !== undefined) letGo(fd);
    return undefined;
  }
}

export function letGo(fd: number): void {
  fs.closeSync(fd);
}
