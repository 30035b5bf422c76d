import path from 'node:path';
import type { Inode } from '../../foreign/inodes.ts';
import type { Facts, NotedStep, Step } from '../../core/model/step.ts';
import type { Exec } from '../../system/command.ts';

/** Granularity of the times of file systems, and then some. */
const SLACK_MS = 2000;

/** How the file of a step is now. `absent`: the directory is not the one in which it was made; its file system may just not be mounted. */
export type State = 'gone' | 'ours' | 'foreign' | 'absent';

/** A step's file, and the inode at its place. */
interface Looked {
  readonly state: State;
  readonly inode: Inode | undefined;
}

/**
 * Whether the file at a step's place is the one that the step made: by its inode once that is known, else as a file of
 * root's alone that was born after the step was noted; the random id of the run is in its name. Inode numbers are given
 * again at once, so the birth has to be the same, and where a file system knows none (OCFS2; Node.js says 0 then) what
 * else it was when it was made.
 */
export async function stateOf({ step, facts }: NotedStep, exec: Exec): Promise<Looked> {
  const { name = '' } = step;
  const inode = await exec.ask('lookUp', { file: name });
  if (!inode) {
    const directory = await exec.ask('lookUp', { file: path.dirname(name) });
    return { state: directory && identityOf(directory) === step['directory'] ? 'gone' : 'absent', inode };
  }
  if (inode.kind !== 'file') return { state: 'foreign', inode };
  if (facts?.['inode'] !== undefined) return { state: isMade(inode, facts, step) ? 'ours' : 'foreign', inode };
  const alone = inode.owner === 0 && inode.links === 1 && (inode.mode & 0o077) === 0;
  const began = BigInt(inode.born === '0' ? inode.changed : inode.born) / 1_000_000n;
  return { state: alone && Number(began) >= Number(step['since']) - SLACK_MS ? 'ours' : 'foreign', inode };
}

/** Distinguishes a file or directory from all others, and on most file systems also from later ones with its inode number. */
export function identityOf({ inode, born }: Pick<Inode, 'inode' | 'born'>): string {
  return `${inode}.${born}`;
}

/** The name in its directory that a file of ours has now which is not at its place; undefined: it has none. */
export async function renamedTo({ step, facts }: NotedStep, exec: Exec): Promise<string | undefined> {
  const { name = '' } = step;
  const directory = path.dirname(name);
  if (facts?.['inode'] === undefined) return undefined;
  for (const one of await exec.ask('namesIn', { file: directory })) {
    const inode = await exec.ask('lookUp', { file: path.join(directory, one) });
    if (inode?.kind === 'file' && isMade(inode, facts, step)) return one;
  }
  return undefined;
}

/** Whether its size is not what it was when it was made. */
export function isResized({ bytes }: Inode, facts: Facts | undefined): boolean {
  return facts?.['size'] !== undefined && facts['size'] !== String(bytes);
}

function isMade(now: Inode, facts: Facts, { grows }: Step): boolean {
  const { inode, born, owner, size } = factsOf(now);
  const alike = born !== '0' || (owner === facts['owner'] && (grows !== undefined || size === facts['size']));
  return inode === facts['inode'] && born === facts['born'] && alike;
}

/** By what it is known again; see `stateOf`. */
export function factsOf({ inode, born, owner, mode, bytes, usedBytes }: Inode) {
  // As journals of all versions have it: the type of a regular file is in the mode of stat(2).
  return {
    inode,
    born,
    owner: `${owner} ${(0o100000 | mode).toString(8)}`,
    size: String(bytes),
    bytes: String(usedBytes),
  };
}
