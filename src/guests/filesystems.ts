import type { Content } from '../core/volume.ts';
import { isBtrfsMounted } from '../system/blockdev.ts';

/** How a file system is mounted; its type is named to mount, which therefore tries no other driver. */
interface FileSystem {
  /** For `mount -t`. */
  readonly type: string;
  readonly options: readonly string[];
  /** The package or kernel module that is missing if it can't be mounted. */
  readonly needs: string;
}

/**
 * A guest may hold hostile files: nothing of it may run, be a device, or lead out of the mount. Never noload or
 * norecovery: a guest's file system is always dirty, and without its journal it shows old files or none. The snapshot
 * is writable, so the journal is replayed into it although the mount is read-only.
 */
const SAFE = ['ro', 'nosuid', 'nodev', 'noexec', 'nosymfollow'] as const;

const KNOWN: ReadonlyMap<string, FileSystem> = new Map(
  Object.entries({
    ext2: { type: 'ext2', options: SAFE, needs: 'the kernel module ext4' },
    ext3: { type: 'ext3', options: SAFE, needs: 'the kernel module ext4' },
    ext4: { type: 'ext4', options: SAFE, needs: 'the kernel module ext4' },
    // The origin has the same UUID and may be mounted, and so may another guest made from the same template.
    xfs: { type: 'xfs', options: [...SAFE, 'nouuid'], needs: 'the kernel module xfs' },
    // Without utf8 every name with a letter beyond ASCII would be shown, and saved, with question marks.
    vfat: { type: 'vfat', options: [...SAFE, 'utf8'], needs: 'the kernel module vfat' },
    ntfs: { type: 'ntfs-3g', options: SAFE, needs: 'ntfs-3g: apt-get install ntfs-3g' },
    btrfs: { type: 'btrfs', options: SAFE, needs: 'the kernel module btrfs' },
    exfat: { type: 'exfat', options: SAFE, needs: 'the kernel module exfat (Linux 5.7)' },
    iso9660: { type: 'iso9660', options: SAFE, needs: 'the kernel module isofs' },
    udf: { type: 'udf', options: SAFE, needs: 'the kernel module udf' },
    // One that belongs to a cluster says so and is not mounted: other hosts may have it mounted.
    ocfs2: {
      type: 'ocfs2',
      options: SAFE,
      needs: 'the kernel module ocfs2, and a file system made for one host (-M local)',
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

export function fileSystemOf(type: string): FileSystem {
  const known = KNOWN.get(type);
  if (!known) throw new Error(`no way to mount ${type}`);
  return known;
}

/** Why a content can't be mounted; undefined if it can. */
export function refusal(content: Content): { readonly reason: string; readonly harmless: boolean } | undefined {
  const { type, uuid, doubt } = content;
  if (doubt !== undefined) return { reason: doubt, harmless: false };
  if (type === undefined) return { reason: 'no file system was found in it', harmless: false };
  if (HARMLESS.has(type)) return { reason: 'holds swapped-out memory only', harmless: true };
  if (!KNOWN.has(type)) return { reason: REFUSED.get(type) ?? `'${type}' is no file system we mount`, harmless: false };
  if (type === 'btrfs' && uuid !== undefined && isBtrfsMounted(uuid)) {
    return {
      reason: 'a btrfs with the same id is mounted on this host; the kernel could mix them up',
      harmless: false,
    };
  }
  return undefined;
}
