import fs from 'node:fs';
import path from 'node:path';
import type { Facts, NotedStep } from '../../core/step.ts';
import { fileUuid } from '../../system/loops.ts';

/** Granularity of the times of file systems, and then some. */
const SLACK_MS = 2000;

/** How the file of a step is now. `absent`: the directory is not the one in which it was made; its file system may just not be mounted. */
export type State = 'gone' | 'ours' | 'foreign' | 'absent';

/**
 * Whether the file at a step's place is the one that the step made: by its inode once that is known, else as a file of
 * root's alone that was born after the step was noted; the random id of the run is in its name. Inode numbers are given
 * again at once, so the birth has to be the same, and where a file system knows none (OCFS2; Node.js says 0 then) what
 * else it was when it was made.
 */
export function stateOf({ step, facts }: NotedStep): State {
  let stat: fs.BigIntStats;
  try {
    stat = fs.lstatSync(step['name'] ?? '', { bigint: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    return identityOf(path.dirname(step['name'] ?? '')) === step['directory'] ? 'gone' : 'absent';
  }
  if (!stat.isFile()) return 'foreign';
  if (facts?.['inode'] !== undefined) return isMade(stat, facts) ? 'ours' : 'foreign';
  const alone = stat.uid === 0n && stat.nlink === 1n && (stat.mode & 0o077n) === 0n;
  const began = stat.birthtimeNs > 0n ? stat.birthtimeMs : stat.ctimeMs;
  return alone && Number(began) >= Number(step['since']) - SLACK_MS ? 'ours' : 'foreign';
}

/** Tells a directory from those of other file systems, many of which have the same inode number; undefined: it is not there. */
export function identityOf(directory: string): string | undefined {
  const stat = fs.statSync(directory, { bigint: true, throwIfNoEntry: false });
  return stat && inodeOf(stat);
}

/** Tells a file or directory from all others, and on most file systems also from later ones with its inode number. */
export function inodeOf({ ino, birthtimeNs }: fs.BigIntStats): string {
  return `${ino}.${birthtimeNs}`;
}

/** The name in its directory that a file of ours has now which is not at its place; undefined: it has none. */
export function renamedTo({ step: { name = '' }, facts }: NotedStep): string | undefined {
  const directory = path.dirname(name);
  return facts?.['inode'] === undefined
    ? undefined
    : fs.readdirSync(directory).find((one) => {
        const stat = fs.lstatSync(path.join(directory, one), { bigint: true, throwIfNoEntry: false });
        return stat?.isFile() && isMade(stat, facts);
      });
}

/** Whether its size is not what it was when it was made. */
export function isResized({ step, facts }: NotedStep): boolean {
  const stat = fs.lstatSync(step['name'] ?? '', { bigint: true });
  return facts?.['size'] !== undefined && facts['size'] !== String(stat.size);
}

function isMade(stat: fs.BigIntStats, facts: Facts): boolean {
  const { inode, born, owner, size } = factsOf(stat);
  const alike = stat.birthtimeNs > 0n || (owner === facts['owner'] && size === facts['size']);
  return inode === facts['inode'] && born === facts['born'] && alike;
}

function factsOf({ ino, birthtimeNs, uid, mode, size, blocks }: fs.BigIntStats) {
  return {
    inode: String(ino),
    born: String(birthtimeNs),
    owner: `${uid} ${mode.toString(8)}`,
    size: String(size),
    bytes: String(blocks * 512n),
  };
}

/** Makes the empty file and lets it be filled by its descriptor, whatever its name may lead to by then. Throws what the kernel says. */
export async function makeFile(file: string, fill: (descriptor: number) => Promise<void>): Promise<Facts> {
  const descriptor = fs.openSync(file, 'wx', 0o600);
  try {
    await fill(descriptor);
    const stat = fs.fstatSync(descriptor, { bigint: true });
    return { uuid: fileUuid(stat), ...factsOf(stat) };
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Removes a file, and waits until that outlives a power cut. */
export function removeFile(file: string, directory: string): void {
  fs.unlinkSync(file);
  const descriptor = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
