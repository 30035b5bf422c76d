import fs from 'node:fs';
import { openUnfollowed } from '../core/files/open.ts';
import { type Inode, inodeFrom } from './inodes.ts';

/** Files that this process has open for somebody, by their descriptors: their names can be given to nothing else meanwhile. */
const open = new Set<number>();

/** A file that is held open. */
export interface HeldFile {
  readonly descriptor: number;
  /** By which other processes of root's reach it, whatever its name leads to. */
  readonly path: string;
  readonly inode: Inode;
}

/** Opens a file to read; never through a link. Throws the error of open(2). */
export function holdFile({ file }: { readonly file: string }): HeldFile {
  return held(openUnfollowed(file, fs.constants.O_RDONLY));
}

/** Makes an empty file for its owner alone, and holds it open. Throws the error of open(2), `EEXIST` where something is there. */
export function makeFile({ file }: { readonly file: string }): HeldFile {
  return held(fs.openSync(file, 'wx', 0o600));
}

/** How a file that is held open is now; `file` is its name, for messages only. */
export function heldInode({ descriptor }: { readonly file: string; readonly descriptor: number }): Inode {
  return inodeFrom(fs.fstatSync(descriptor, { bigint: true }));
}

export function letGo({ descriptor }: { readonly file: string; readonly descriptor: number }): void {
  if (open.delete(descriptor)) fs.closeSync(descriptor);
}

function held(descriptor: number): HeldFile {
  open.add(descriptor);
  return {
    descriptor,
    path: `/proc/${process.pid}/fd/${descriptor}`,
    inode: inodeFrom(fs.fstatSync(descriptor, { bigint: true })),
  };
}

/** Free bytes of a file system for whoever is not root, and its number. Throws the errors of stat(2) and statfs(2). */
export function freeIn({ file }: { readonly file: string }): { readonly dev: number; readonly bytes: number } {
  const { bavail, bsize } = fs.statfsSync(file);
  return { dev: fs.statSync(file).dev, bytes: bavail * bsize };
}
