import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '../core/fault.ts';
import type { LeftOut } from '../core/provider.ts';
import { readMounts, type MountEntry } from './mountinfo.ts';
import { whyNot } from '../core/why.ts';

/** Types of file systems that hold nothing of their own which anybody would save. */
const PSEUDO = new Set(
  (
    'autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nsfs overlay proc ' +
    'pstore ramfs rpc_pipefs securityfs selinuxfs sysfs tmpfs tracefs'
  ).split(' '),
);

/** What holds a path now. */
export interface Behind {
  /** Without links. */
  readonly real: string;
  readonly kind: 'directory' | 'file' | 'other';
  /** The mount that shows it; undefined: none is listed. */
  readonly mount: MountEntry | undefined;
  /** Where in the file system it is, relative to its top. */
  readonly within: string;
  /** Other file systems below it, which a snapshot of this one does not hold. */
  readonly others: readonly MountEntry[];
}

/** Finds what holds a path. Throws `origin.unknown` where there is no such path. */
export function whatHolds(asked: string): Behind {
  let real: string;
  let stat: fs.Stats;
  try {
    real = fs.realpathSync(asked);
    stat = fs.statSync(real);
  } catch (error) {
    throw new Fault('origin.unknown', `${asked} can't be found: ${whyNot(error)}`, {
      cause: error,
    });
  }
  const holds = (point: string): boolean => real === point || real.startsWith(point === '/' ? '/' : `${point}/`);
  const mounts = readMounts();
  const mount = mounts.reduce<MountEntry | undefined>(
    (best, entry) => (holds(entry.point) && entry.point.length >= (best?.point.length ?? 0) ? entry : best),
    undefined,
  );
  const below = real === '/' ? '/' : `${real}/`;
  return {
    real,
    kind: stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'other',
    mount,
    within: mount ? path.join(mount.root, path.relative(mount.point, real)).replace(/^\//, '') : '',
    others: mounts.filter(({ point, type }) => point !== '/' && point.startsWith(below) && !PSEUDO.has(type)),
  };
}

/** Throws `origin.unsuitable` for what is no directory. */
export function checkDirectory(asked: string, { kind }: Behind): void {
  if (kind === 'directory') return;
  throw new Fault('origin.unsuitable', `${asked} is no directory`, { hint: 'name the directory that holds it' });
}

/** `on /dev/sda1 (ext4, mounted at /srv)` */
export function placeOf({ mount }: Behind): string {
  return mount ? `on ${mount.source} (${mount.type}, mounted at ${mount.point})` : 'on no mount that is listed';
}

/** What a source leaves aside because it is another file system. */
export function leftOutOf({ others }: Behind): readonly LeftOut[] {
  return others.map((other) => ({
    label: other.point,
    harmless: true,
    reason: `is a file system of its own (${other.source}), not in this snapshot`,
  }));
}
