import fs from 'node:fs';
import { openUnfollowed } from '../core/files/open.ts';

/** What is known of an inode; numbers that may be large are texts. */
export interface Inode {
  readonly kind: 'file' | 'directory' | 'link' | 'device' | 'other';
  readonly inode: string;
  /** Nanoseconds since 1970; `0` where the file system knows none. */
  readonly born: string;
  readonly changed: string;
  readonly modified: string;
  readonly owner: number;
  readonly mode: number;
  readonly links: number;
  readonly bytes: number;
  /** What it takes on the disk. */
  readonly usedBytes: number;
  /** Of the file system that it is in, as stat(2) says it; for `device` in `rdev` its own. */
  readonly dev: number;
  readonly rdev: number;
}

/** Follows no link; undefined: there is nothing. Throws the error of lstat(2). */
export function lookUp({ file }: { readonly file: string }): Inode | undefined {
  try {
    return inodeFrom(fs.lstatSync(file, { bigint: true }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** As `lookUp`, of what a link leads to. Throws the error of stat(2). */
export function behindLink({ file }: { readonly file: string }): Inode {
  return inodeFrom(fs.statSync(file, { bigint: true }));
}

/** The names in a directory, with U+FFFD for bytes that are not UTF-8. Throws the error of readdir(3). */
export function namesIn({ file }: { readonly file: string }): readonly string[] {
  return fs.readdirSync(file);
}

/** The text of a regular file; opens no link and waits for nobody, whatever has taken its place. Throws the errors of open(2) and read(2). */
export function readText({ file }: { readonly file: string }): string {
  const descriptor = openUnfollowed(file, fs.constants.O_RDONLY);
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

export function inodeFrom(stat: fs.BigIntStats): Inode {
  return {
    kind: stat.isFile()
      ? 'file'
      : stat.isDirectory()
        ? 'directory'
        : stat.isSymbolicLink()
          ? 'link'
          : stat.isBlockDevice()
            ? 'device'
            : 'other',
    inode: String(stat.ino),
    born: String(stat.birthtimeNs),
    changed: String(stat.ctimeNs),
    modified: String(stat.mtimeNs),
    owner: Number(stat.uid),
    mode: Number(stat.mode & 0o7777n),
    links: Number(stat.nlink),
    bytes: Number(stat.size),
    usedBytes: Number(stat.blocks) * 512,
    dev: Number(stat.dev),
    rdev: Number(stat.rdev),
  };
}
