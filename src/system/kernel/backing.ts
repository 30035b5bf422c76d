import path from 'node:path';
import { Fault, isFault } from '../../core/model/fault.ts';
import type { LeftOut } from '../../core/model/snapshot.ts';
import { mountsBelow } from './below.ts';
import { whyNot } from '../../core/text/why.ts';
import type { Exec } from '../command.ts';
import { readMounts, type MountEntry } from './mountinfo.ts';

/** What holds a path now. */
export interface Backing {
  /** Without links. */
  readonly real: string;
  readonly kind: 'directory' | 'file' | 'other';
  /** For `other`: the number of the device that it is, as stat(2) has it; 0: none. */
  readonly rdev: number;
  readonly inode: string;
  /** The mount that shows it; undefined: none is listed. */
  readonly mount: MountEntry | undefined;
  /** Where in the file system it is, relative to its top. */
  readonly within: string;
  /** What is seen below it and a snapshot of its file system does not hold. */
  readonly others: readonly LeftOut[];
}

/**
 * Finds what holds a path: by the mount that the kernel names for it, since names of devices become stale and a later mount may
 * cover one with a longer path. Throws `origin.unknown` where there is no such path, `tool.timeout` where it does not answer.
 */
export async function backingOf(asked: string, exec: Exec): Promise<Backing> {
  const standing = await exec.ask('standingOf', { file: asked }).catch((error: unknown) => {
    if (isFault(error)) throw error;
    throw new Fault('origin.unknown', `${asked} can't be found: ${whyNot(error)}`, { cause: error });
  });
  const { real, kind, rdev, inode } = standing;
  const mounts = readMounts();
  const mount = mounts.find(({ id }) => id === standing.mount);
  const within = mount ? path.join(mount.root, path.relative(mount.point, real)).replace(/^\//, '') : '';
  return {
    real,
    kind,
    rdev,
    inode,
    mount,
    within,
    others: mount ? mountsBelow({ real, mount, within }, mounts) : [],
  };
}

/** Throws `origin.unsuitable` for what is not a directory. */
export function checkDirectory(asked: string, { kind }: Backing): void {
  if (kind === 'directory') return;
  throw new Fault('origin.unsuitable', `${asked} is not a directory`, { hint: 'name the directory that holds it' });
}

/** `on /dev/sda1 (ext4, mounted at /srv)` */
export function placeOf({ mount }: Pick<Backing, 'mount'>): string {
  return mount
    ? `on ${mount.source} (${mount.type}, mounted at ${mount.point})`
    : 'on a mount that the kernel does not list';
}
