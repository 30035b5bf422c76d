/** Where a file system says on which devices it is. */
export interface Witness {
  /** Bytes from its start. */
  readonly at: number;
  readonly bytes: number;
  /** Why it can't be mounted from this device alone; undefined: it is all there. */
  tell(block: Buffer): string | undefined;
}

const LOG_ELSEWHERE = 'has its log on another device';
const XFS_VERSION_5 = 5;
const XFS_ZONED = 1 << 9;
const F2FS_DEVICES = 2201;
const F2FS_DEVICE = 68;
const F2FS_MOST_DEVICES = 8;

/** Linux 6.15, fs/xfs/libxfs/xfs_format.h, struct xfs_dsb; big-endian. */
function xfs(block: Buffer): string | undefined {
  if (block.readBigUInt64BE(48) === 0n) return LOG_ELSEWHERE;
  if (block.readBigUInt64BE(16) === 0n) return undefined;
  const version = block.readUInt16BE(100) & 0xf;
  const zoned = version === XFS_VERSION_5 && (block.readUInt32BE(216) & XFS_ZONED) !== 0;
  // One with zones may have them on its own device, behind the rest (sb_rtstart).
  if (zoned && block.readBigUInt64BE(288) !== 0n) return undefined;
  return 'has data on another device (its realtime section)';
}

/** Linux 6.1, struct btrfs_super_block. */
function btrfs(block: Buffer): string | undefined {
  const disks = block.readBigUInt64LE(0x88);
  return disks === 1n
    ? undefined
    : `is one of ${disks} disks of a btrfs; the kernel would take the others where it finds them`;
}

/** Linux 6.1, include/linux/f2fs_fs.h, struct f2fs_super_block: the paths of its devices; none where it has just one. */
function f2fs(block: Buffer): string | undefined {
  const named = (index: number): boolean => block.readUInt8(F2FS_DEVICES + index * F2FS_DEVICE) !== 0;
  const devices = Array.from({ length: F2FS_MOST_DEVICES }, (_, index) => index).filter(named).length;
  return devices < 2 ? undefined : `is on ${devices} devices, which it looks for by their names`;
}

/** Linux 6.1, fs/jfs/jfs_superblock.h: JFS_INLINELOG in its flags. */
function jfs(block: Buffer): string | undefined {
  return (block.readUInt32LE(36) & 0x800) === 0 ? LOG_ELSEWHERE : undefined;
}

/** Linux 6.7, fs/bcachefs/bcachefs_format.h, struct bch_sb: `nr_devices`. */
function bcachefs(block: Buffer): string | undefined {
  const devices = block.readUInt8(123);
  return devices < 2 ? undefined : `is one of ${devices} devices of a bcachefs`;
}

/** By blkid's name of the type. blkid itself reports the journal of ext. */
export const WITNESSES: ReadonlyMap<string, Witness> = new Map([
  ['xfs', { at: 0, bytes: 512, tell: xfs }],
  ['btrfs', { at: 64 * 1024, bytes: 512, tell: btrfs }],
  ['bcachefs', { at: 4096, bytes: 512, tell: bcachefs }],
  ['jfs', { at: 32 * 1024, bytes: 512, tell: jfs }],
  ['f2fs', { at: 1024, bytes: 3072, tell: f2fs }],
]);
