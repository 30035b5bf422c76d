import fs from 'node:fs';
import path from 'node:path';

/** A line of mountinfo: proc(5). */
export interface MountEntry {
  readonly id: number;
  /** The id of the mount that it is mounted on. */
  readonly parent: number;
  /** `major:minor` of the file system; no block device for btrfs and FUSE. */
  readonly device: string;
  /** The directory of the file system that is mounted: `/`, or a subdirectory for a bind mount. */
  readonly root: string;
  readonly point: string;
  /** Of this mount alone: `ro,nosuid,relatime`. */
  readonly options: string;
  readonly type: string;
  readonly source: string;
  /** The file system itself can be written to, whatever this mount allows. */
  readonly writable: boolean;
  /** The number of the subvolume of btrfs that is shown; undefined: it is not a btrfs. */
  readonly subvolume: string | undefined;
  /** Of the file system as a whole, for all its mounts. */
  readonly superOptions: string;
  /** The peer group that hears of mounts and unmounts below it; undefined: it is private. */
  readonly shared: string | undefined;
  /** The peer group that it hears of mounts and unmounts from. */
  readonly master: string | undefined;
}

/** A mount of each file system of a type that can be written to. */
export function mountedWritable(type: string): readonly MountEntry[] {
  const mounts = readMounts().filter((one) => one.type === type && one.options.split(',').includes('rw'));
  return [...new Map(mounts.map((entry) => [entry.device, entry])).values()];
}

/** All mounts that a process sees, in the order they were made. `process`: `self` or a pid. */
export function readMounts(process: string = 'self'): readonly MountEntry[] {
  return parseMountinfo(fs.readFileSync(`/proc/${process}/mountinfo`, 'utf8'));
}

export function parseMountinfo(text: string): readonly MountEntry[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const [id, parent, device, root, point, options] = fields;
    const [type, source, superOptions = ''] = fields.slice(dash + 1);
    if (dash < 0 || !id || !device || !root || !point?.startsWith('/') || !type || !options || !/^\d+$/.test(id))
      return [];
    const flags = fields.slice(6, dash);
    return [
      {
        id: Number(id),
        parent: Number(parent),
        device,
        root: unescape(root),
        point: unescape(point),
        options,
        type,
        source: unescape(source ?? ''),
        writable: superOptions.split(',').includes('rw'),
        subvolume: type === 'btrfs' ? /(?:^|,)subvolid=(\d+)/.exec(superOptions)?.[1] : undefined,
        superOptions,
        shared: groupOf(flags, 'shared:'),
        master: groupOf(flags, 'master:'),
      },
    ];
  });
}

function groupOf(flags: readonly string[], name: string): string | undefined {
  return flags.find((flag) => flag.startsWith(name))?.slice(name.length);
}

/** The mount that is on top at a directory, and that no mount above covers; undefined: none is. */
export function mountAt(point: string, mounts: readonly MountEntry[]): MountEntry | undefined {
  const entry = visibleAt(point, mounts);
  return entry?.point === point ? entry : undefined;
}

/**
 * The mount that a path without links leads to, as the kernel finds it: from the root down, at each directory into the mount that
 * stands on the one we are in. A later mount at a directory above covers those below it. Undefined: no root is listed.
 */
export function visibleAt(file: string, mounts: readonly MountEntry[]): MountEntry | undefined {
  const ids = new Set(mounts.map(({ id }) => id));
  let entry = mounts.find(({ point, parent, id }) => point === '/' && (parent === id || !ids.has(parent)));
  const enter = (point: string): void => {
    for (let next = entry; next;) {
      entry = next;
      next = mounts.findLast((one) => one.parent === entry?.id && one.point === point && one !== entry);
    }
  };
  enter('/');
  const parts = path.resolve('/', file).split('/').slice(1).filter(Boolean);
  parts.forEach((_, index) => enter(`/${parts.slice(0, index + 1).join('/')}`));
  return entry;
}

/** Whether a mount stands on another one, directly or on others that do. */
export function isBelow(entry: MountEntry, on: MountEntry, mounts: readonly MountEntry[]): boolean {
  for (let at: MountEntry | undefined = entry, steps = 0; at && steps < 1000; steps += 1) {
    const parent: number = at.parent;
    if (parent === on.id) return true;
    at = parent === at.id ? undefined : mounts.find(({ id }) => id === parent);
  }
  return false;
}

/** The drivers that show each mounted file system in a directory of sysfs, by the name of its device. */
const IN_SYSFS: Readonly<Record<string, string>> = { ext2: 'ext4', ext3: 'ext4', ext4: 'ext4', xfs: 'xfs' };

/**
 * Distinguishes a mounted file system from the same one mounted later: the inode number of its directory in sysfs, since the
 * kernel hands those out in turn and takes none again soon (fs/kernfs/dir.c, idr_alloc_cyclic, Linux 4.14 and newer).
 * Undefined where the driver has no such directory.
 */
export function superblockOf({ type, device }: MountEntry): string | undefined {
  const driver = IN_SYSFS[type];
  if (driver === undefined) return undefined;
  try {
    const name = path.basename(fs.readlinkSync(`/sys/dev/block/${device}`));
    return String(fs.statSync(`/sys/fs/${driver}/${name}`, { bigint: true }).ino);
  } catch {
    return undefined;
  }
}

/** Space, tab, newline and backslash are octal in mountinfo. Bytes that are not UTF-8 stay lost. */
function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
