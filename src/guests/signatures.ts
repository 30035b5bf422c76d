import { SECTOR } from '../core/text/bytes.ts';
import type { Extent } from '../core/model/volume.ts';
import { probeDevice, type Probe } from '../system/tools/blkid.ts';
import type { Exec } from '../system/command.ts';
import { readTable } from '../system/tools/partx.ts';
import { readBytes } from './bytes.ts';
import { fills } from './reach.ts';

/** Behind the last partition there is nothing of it; DRBD and md keep at least this much there. */
const LAST = 4096;
const LUKS = Buffer.from('LUKS\u00ba\u00be', 'latin1');
const ZFS_LABEL = 256 * 1024;
/** In each label the second half; one every KiB at least. */
const ZFS_MARKS = 128 * 1024;
const ZFS_STEP = 1024;
const ZFS_MAGIC = 0x00bab10cn;

/** A place of a device, and whether it may have partitions: a disk. */
export interface Spot extends Extent {
  readonly whole: boolean;
}

/**
 * What is there when a signature at its end belongs to what begins at its start: data of a file system that fills the place
 * (libblkid asks RAIDs and DRBD first, and of some knows a word: util-linux issues 1843 and 2701), or the last partition's.
 * Undefined: the signature stands for itself.
 */
export async function aroundTheEnd(type: string, spot: Spot, exec: Exec): Promise<Probe | undefined> {
  const other = await without(type, spot, exec);
  if (!other) return undefined;
  if (other.type !== undefined)
    return type !== 'linux_raid_member' && (await fills(other.type, spot, exec)) ? other : undefined;
  if (!spot.whole || (other.table !== 'dos' && other.table !== 'gpt')) return undefined;
  const entries = (await exec.run(readTable(spot.device))) ?? [];
  return entries.some(({ offset, bytes }) => offset + bytes > spot.bytes - LAST) ? other : undefined;
}

/** What is there when LUKS is only said to be by its second header, which may be that of an image in a file system. */
export async function aroundLuks(spot: Spot, exec: Exec): Promise<Probe | undefined> {
  const first = await readBytes(spot.device, spot.offset, SECTOR, exec);
  if (typeof first === 'string' || first.subarray(0, LUKS.length).equals(LUKS)) return undefined;
  const other = await without('crypto_LUKS', spot, exec);
  return other?.type === undefined ? undefined : other;
}

/**
 * What is there beside signatures of ZFS. Where none is at its start, those at its end are what an earlier pool left, or of
 * a disk in a file (util-linux issue 1305), and the file system that fills the place is what it is. A text says why not.
 */
export async function besideZfs(spot: Spot, exec: Exec): Promise<Probe | string | undefined> {
  const other = await without('zfs_member', spot, exec);
  if (other?.type === undefined) return undefined;
  return (await isClearOfZfs(spot, exec)) && (await fills(other.type, spot, exec))
    ? other
    : `has signatures of ${other.type} and of ZFS`;
}

/** Whether no label of ZFS is at its start, where each of its pools has two. */
export async function isClearOfZfs({ device, offset }: Spot, exec: Exec): Promise<boolean> {
  const begun = await readBytes(device, offset, 2 * ZFS_LABEL, exec);
  return typeof begun === 'object' && !hasMarks(begun, 0) && !hasMarks(begun, ZFS_LABEL);
}

function hasMarks(block: Buffer, label: number): boolean {
  for (let at = label + ZFS_MARKS; at < label + ZFS_LABEL; at += ZFS_STEP) {
    if (block.readBigUInt64LE(at) === ZFS_MAGIC || block.readBigUInt64BE(at) === ZFS_MAGIC) return true;
  }
  return false;
}

async function without(type: string, { device, offset, bytes }: Extent, exec: Exec): Promise<Probe | undefined> {
  const stretch = Number.isSafeInteger(bytes) ? { offset, bytes } : undefined;
  const found = await exec.run(probeDevice(device, stretch, type));
  return typeof found === 'object' && 'type' in found && found.type !== type ? found : undefined;
}
