import type { Trust } from '../core/model/volume.ts';
import { NOSYMFOLLOW } from '../system/tools/mount.ts';

/** How a file system is mounted; its type is named to mount, which therefore tries no other driver. */
interface FileSystem {
  /** For `mount -t`. */
  readonly type: string;
  /** Besides those that the trust in it asks for. */
  readonly options: readonly string[];
  /** The module of the kernel that reads it; undefined: none of its own. */
  readonly module: string | undefined;
  /** What reads it outside the kernel; undefined: nothing that serves is known. */
  readonly outside: Outside | undefined;
}

/** A program that reads a file system by FUSE. */
interface Outside {
  /** For `mount -t`. */
  readonly type: string;
  /** All that it takes, itself first. */
  readonly programs: readonly string[];
  /** Besides those that the trust asks for. */
  readonly options: (device: string) => readonly string[];
  /** Options of mount(8) that it refuses. */
  readonly refuses: readonly string[];
}

/** How it is mounted. */
export interface Driver {
  /** For `mount -t`. */
  readonly type: string;
  /** Without the helper program of the type: mount.ocfs2 (ocfs2-tools 1.8.7) hands options that are mount's own to the driver. */
  readonly internal: boolean;
  readonly options: readonly string[];
  /** What has to be there for it: a module of the kernel, and programs. */
  readonly module: string | undefined;
  readonly programs: readonly string[];
  /** For a remount: programs outside the kernel hand not all flags to it (`ro` of fuse2fs, `noexec` of exfat-fuse, `nosymfollow` of ntfs-3g). */
  readonly flags: readonly string[];
}

/**
 * A guest may hold hostile files: nothing of it may run, be a device, or lead out of the mount. Never noload or
 * norecovery: a guest's file system is always dirty, and without its journal it shows old files or none. The snapshot
 * is writable, so the journal is replayed into it although the mount is read-only.
 */
const GUEST = ['ro', 'nosuid', 'nodev', 'noexec', NOSYMFOLLOW] as const;
/** The host's own files: its links may be followed. */
const HOST = ['ro', 'nosuid', 'nodev'] as const;

/** What is not a file system of its own: a directory that is a snapshot is shown by a bind mount. */
export const DIRECTORY = 'directory';

/** It does not know an option of the kernel's own, and has to be given an option for our file below the mount. */
const FUSE2FS: Outside = {
  type: 'fuse.fuse2fs',
  programs: ['fuse2fs', 'mount.fuse', 'e2fsck'],
  options: (device) => [`fsname=${device}`, 'allow_other', 'nonempty'],
  refuses: [NOSYMFOLLOW],
};
const NTFS_3G: Outside = {
  type: 'ntfs-3g',
  programs: ['mount.ntfs-3g', 'ntfs-3g.probe'],
  options: () => [],
  refuses: [],
};
const EXFAT_FUSE: Outside = {
  type: 'exfat-fuse',
  programs: ['mount.exfat-fuse'],
  options: () => ['nonempty'],
  refuses: [],
};

/** What the file system itself says (tune2fs -e panic) would stop this host at an error in it, even read-only (ext4(5), Linux 5.13). */
const EXT = { options: ['errors=remount-ro'], module: 'ext4', outside: FUSE2FS };

/** By blkid's name of the type. */
const KNOWN: ReadonlyMap<string, FileSystem> = new Map(
  Object.entries({
    [DIRECTORY]: { type: 'none', options: ['bind'], module: undefined, outside: undefined },
    ext2: { type: 'ext2', ...EXT },
    ext3: { type: 'ext3', ...EXT },
    ext4: { type: 'ext4', ...EXT },
    // The origin has the same UUID and may be mounted, and so may another guest made from the same template.
    xfs: { type: 'xfs', options: ['nouuid'], module: 'xfs', outside: undefined },
    // Without utf8 every name with a letter beyond ASCII would be shown, and saved, with question marks.
    vfat: { type: 'vfat', options: ['utf8'], module: 'vfat', outside: undefined },
    // The drivers of the kernel either can't read all of it (ntfs) or are too young for most hosts (ntfs3).
    ntfs: { type: NTFS_3G.type, options: [], module: undefined, outside: NTFS_3G },
    // All its subvolumes, also where another one than the top is the default.
    btrfs: { type: 'btrfs', options: ['subvolid=5'], module: 'btrfs', outside: undefined },
    exfat: {
      type: 'exfat',
      options: [],
      // Of Linux 5.7.
      module: 'exfat',
      outside: EXFAT_FUSE,
    },
    iso9660: { type: 'iso9660', options: [], module: 'isofs', outside: undefined },
    udf: { type: 'udf', options: [], module: 'udf', outside: undefined },
    f2fs: { type: 'f2fs', options: [], module: 'f2fs', outside: undefined },
    squashfs: { type: 'squashfs', options: [], module: 'squashfs', outside: undefined },
    erofs: { type: 'erofs', options: [], module: 'erofs', outside: undefined },
    // One that belongs to a cluster is refused by the kernel with this option: other hosts may have it mounted.
    ocfs2: {
      type: 'ocfs2',
      options: ['heartbeat=none'],
      module: 'ocfs2',
      outside: undefined,
    },
  }),
);

/** The first of `driversOf`. */
export function driverOf(type: string, trust: Trust, device: string): Driver {
  const [driver] = driversOf(type, trust, device);
  if (!driver) throw new Error(`no way to mount ${type}`);
  return driver;
}

/**
 * How it can be mounted, best first: a later one is for where an earlier one is not there. `trust`: see core/model/task.ts; where
 * it is hostile, only for what `refusal` (refusal.ts) does not refuse.
 */
export function driversOf(type: string, trust: Trust, device: string): readonly Driver[] {
  const known = KNOWN.get(type);
  if (!known) throw new Error(`no way to mount ${type}`);
  const flags = guardsOf(trust);
  const { type: driver, module, outside: program } = known;
  const byKernel = {
    type: driver,
    options: [...known.options, ...flags],
    internal: driver === 'ocfs2',
    module,
    programs: [],
    flags: [],
  };
  if (!program) return [byKernel];
  const taken = flags.filter((flag) => !program.refuses.includes(flag));
  const options = [...taken, ...program.options(device)];
  const { type: typeOutside, programs } = program;
  const byProgram = { type: typeOutside, options, internal: false, module: 'fuse', programs, flags };
  return trust === 'hostile' || driver === program.type ? [byProgram] : [byKernel, byProgram];
}

/**
 * Whether what mounts it takes its device by a name in /dev/mapper instead of its node: ntfs-3g (2022.10.3, realpath.c), and
 * nobody looked at exfat-fuse.
 */
export function namesDevice(type: string): boolean {
  const program = KNOWN.get(type)?.outside;
  return program === NTFS_3G || program === EXFAT_FUSE;
}

/** What a mount of this trust must have, whoever makes it. */
export function guardsOf(trust: Trust): readonly string[] {
  return trust === 'host' ? HOST : GUEST;
}

/** Whether it can be mounted at all, and without the kernel reading it. */
export function meansFor(type: string): { readonly mounts: boolean; readonly outside: boolean } {
  const known = KNOWN.get(type);
  return { mounts: known !== undefined, outside: known?.outside !== undefined };
}
