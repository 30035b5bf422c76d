import type { Extent } from '../core/model/volume.ts';
import type { Prober } from '../system/command.ts';
import { readBytes } from './bytes.ts';

/** Where a file system says how long it is. */
interface Reach {
  /** Bytes from its start. */
  readonly at: number;
  bytes(block: Buffer): number;
}

const BLOCK = 512;
const EXT_64_BIT = 0x80;

/** Linux 6.1, struct ext4_super_block: blocks at 4 and 336, their size at 24, features at 96. */
function ext(block: Buffer): number {
  const high = (block.readUInt32LE(96) & EXT_64_BIT) === 0 ? 0 : block.readUInt32LE(336);
  return (high * 2 ** 32 + block.readUInt32LE(4)) * 2 ** (10 + block.readUInt32LE(24));
}

/** Linux 6.1, struct xfs_dsb. */
function xfs(block: Buffer): number {
  return Number(block.readBigUInt64BE(8)) * block.readUInt32BE(4);
}

/** Linux 6.1, struct btrfs_super_block: its `dev_item`. */
function btrfs(block: Buffer): number {
  return Number(block.readBigUInt64LE(0xc9 + 8));
}

/** The last sector of its partition, a copy of the first, is beyond what it counts. */
function ntfs(block: Buffer): number {
  const sector = block.readUInt16LE(11);
  return (Number(block.readBigUInt64LE(40)) + 1) * sector;
}

const REACHES: ReadonlyMap<string, Reach> = new Map([
  ...['ext2', 'ext3', 'ext4'].map((type) => [type, { at: 1024, bytes: ext }] as const),
  ['xfs', { at: 0, bytes: xfs }],
  ['btrfs', { at: 64 * 1024, bytes: btrfs }],
  ['ntfs', { at: 0, bytes: ntfs }],
]);

/** Whether a file system says that it fills the place that it begins; what stands at the end is then a part of it. */
export async function fills(
  type: string | undefined,
  { device, offset, bytes }: Extent,
  prober: Prober,
): Promise<boolean> {
  const reach = REACHES.get(type ?? '');
  const block = reach && (await readBytes(device, offset + reach.at, BLOCK, prober));
  return reach !== undefined && typeof block === 'object' && bytes - reach.bytes(block) < BLOCK;
}
