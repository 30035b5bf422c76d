import type { Trust } from '../core/task.ts';
import type { Content } from '../core/volume.ts';
import { isBtrfsMounted } from '../system/blockdev.ts';

/** How a file system is mounted; its type is named to mount, which therefore tries no other driver. */
interface FileSystem {
  /** For `mount -t`. */
  readonly type: string;
  /** Besides those that the trust in it asks for. */
  readonly options: readonly string[];
  /** The package or kernel module that is missing if it can't be mounted. */
  readonly needs: string;
  /** The program that reads it outside the kernel; undefined: there is none that serves. */
  readonly outside: 'fuse2fs' | 'ntfs-3g' | undefined;
}

/** How it is mounted. */
export interface Driver {
  /** For `mount -t`. */
  readonly type: string;
  /** Without the helper program of the type: mount.ocfs2 (ocfs2-tools 1.8.7) hands options that are mount's own to the driver. */
  readonly internal: boolean;
  readonly options: readonly string[];
  readonly needs: string;
  /** Flags that its program does not hand to the kernel (`ro` of fuse2fs, `nosymfollow` of ntfs-3g), for a remount. */
  readonly flags: readonly string[];
}

/**
 * A guest may hold hostile files: nothing of it may run, be a device, or lead out of the mount. Never noload or
 * norecovery: a guest's file system is always dirty, and without its journal it shows old files or none. The snapshot
 * is writable, so the journal is replayed into it although the mount is read-only.
 */
const GUEST = ['ro', 'nosuid', 'nodev', 'noexec', 'nosymfollow'] as const;
/** The host's own files: its links may be followed. */
const HOST = ['ro', 'nosuid', 'nodev'] as const;

/** What is no file system of its own: a directory that is a snapshot is shown by a bind mount. */
export const DIRECTORY = 'directory';

const EXT = { needs: 'the kernel module ext4', outside: 'fuse2fs' } as const;

/** By blkid's name of the type. */
const KNOWN: ReadonlyMap<string, FileSystem> = new Map(
  Object.entries({
    [DIRECTORY]: { type: 'none', options: ['bind'], needs: '', outside: undefined },
    ext2: { type: 'ext2', options: [], ...EXT },
    ext3: { type: 'ext3', options: [], ...EXT },
    ext4: { type: 'ext4', options: [], ...EXT },
    // The origin has the same UUID and may be mounted, and so may another guest made from the same template.
    xfs: { type: 'xfs', options: ['nouuid'], needs: 'the kernel module xfs', outside: undefined },
    // Without utf8 every name with a letter beyond ASCII would be shown, and saved, with question marks.
    vfat: { type: 'vfat', options: ['utf8'], needs: 'the kernel module vfat', outside: undefined },
    ntfs: { type: 'ntfs-3g', options: [], needs: 'ntfs-3g: apt-get install ntfs-3g', outside: 'ntfs-3g' },
    // All its subvolumes, also where another one than the top is the default.
    btrfs: { type: 'btrfs', options: ['subvolid=5'], needs: 'the kernel module btrfs', outside: undefined },
    exfat: { type: 'exfat', options: [], needs: 'the kernel module exfat (Linux 5.7)', outside: undefined },
    iso9660: { type: 'iso9660', options: [], needs: 'the kernel module isofs', outside: undefined },
    udf: { type: 'udf', options: [], needs: 'the kernel module udf', outside: undefined },
    // One that belongs to a cluster is refused by the kernel with this option: other hosts may have it mounted.
    ocfs2: {
      type: 'ocfs2',
      options: ['heartbeat=none'],
      needs: 'the kernel module ocfs2, and a file system made for one host (-M local)',
      outside: undefined,
    },
  }),
);

/** What is known and deliberately not mounted, and why. */
const REFUSED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    LVM2_member: 'holds LVM inside of LVM inside of a guest, which this version does not open',
    LVM1_member: 'holds LVM in its first format, which no host reads any more',
    crypto_LUKS: 'is encrypted (LUKS)',
    BitLocker: 'is encrypted (BitLocker)',
    linux_raid_member: 'is a part of a software RAID',
    isw_raid_member: 'is a part of a software RAID (Intel)',
    ddf_raid_member: 'is a part of a software RAID (DDF)',
    drbd: 'is a part of a DRBD device',
    jbd: 'is the journal of a file system that is elsewhere',
    VMFS_volume_member: 'is a VMFS of VMware',
    ceph_bluestore: 'is a part of a Ceph cluster',
    zfs_member: 'is a part of a ZFS pool',
    bcache: 'is a bcache device',
    gfs2: 'is a cluster file system',
  }),
);

/** Holds nothing that anybody would restore. */
const HARMLESS = new Set(['swap', 'swsuspend']);

/** `trust`: see core/task.ts; where it is hostile, only for what `refusal` does not refuse. */
export function driverOf(type: string, trust: Trust, device: string): Driver {
  const known = KNOWN.get(type);
  if (!known) throw new Error(`no way to mount ${type}`);
  const flags = trust === 'host' ? HOST : GUEST;
  const options = [...known.options, ...flags];
  const { type: driver, needs, outside } = known;
  if (trust === 'hostile' && outside === 'fuse2fs') {
    // fuse2fs (e2fsprogs 1.47) does not know an option of the kernel's own, and wants to be told of our file below the mount.
    const taken = options.filter((option) => option !== 'nosymfollow');
    return {
      type: 'fuse.fuse2fs',
      options: [...taken, `fsname=${device}`, 'allow_other', 'nonempty'],
      internal: false,
      needs: 'fuse2fs: apt-get install fuse2fs',
      flags,
    };
  }
  return { type: driver, options, internal: driver === 'ocfs2', needs, flags: outside === 'ntfs-3g' ? flags : [] };
}

/** Why a content can't be mounted beside these others; undefined if it can. */
export function refusal(
  content: Content,
  trust: Trust,
  others: readonly Content[],
): { readonly reason: string; readonly harmless: boolean } | undefined {
  const { type, uuid, doubt } = content;
  if (doubt !== undefined) return { reason: doubt, harmless: false };
  if (type === undefined) return { reason: 'no file system was found in it', harmless: false };
  if (HARMLESS.has(type)) return { reason: 'holds swapped-out memory only', harmless: true };
  if (!KNOWN.has(type)) return { reason: REFUSED.get(type) ?? `'${type}' is no file system we mount`, harmless: false };
  if (trust === 'hostile' && KNOWN.get(type)?.outside === undefined) {
    const reason = `is ${type}, which only the kernel can read, and that is not wanted (trust: hostile)`;
    return { reason: `${reason}; save it from within the guest, or set trust: guest`, harmless: false };
  }
  if (type !== 'btrfs' || uuid === undefined) return undefined;
  const twin = others.some((other) => other.type === type && other.uuid === uuid);
  if (!twin && !isBtrfsMounted(uuid)) return undefined;
  const where = twin ? 'in this task' : 'mounted on this host';
  return { reason: `a btrfs with the same id is ${where}; the kernel could mix them up`, harmless: false };
}
