import { SECTOR } from '../core/text/bytes.ts';

/** What keeps the bytes that it shows at the start of a device, and its own data at the end. */
export interface Layer {
  /** Where its own data stand on a device of so many bytes. */
  place(bytes: number): { readonly at: number; readonly bytes: number };
  /** How many bytes of the device it shows; a text says why they can't be looked into. */
  shown(block: Buffer, bytes: number): number | string;
}

const DRBD_BLOCK = 4096;
/** Versions 8, 8.4 that was not closed, 9 (drbd-utils 9.22, user/shared/drbdmeta.c). */
const DRBD_MAGICS = new Set([0x8374026b, 0x8374026c, 0x8374026d]);
const DRBD_CONSISTENT = 1;
const DRBD_UP_TO_DATE = 16;

function drbdPlace(bytes: number): number {
  return Math.floor(bytes / DRBD_BLOCK) * DRBD_BLOCK - DRBD_BLOCK;
}

/**
 * Internal metadata of DRBD: sectors of the device at 0, flags at 56, magic at 60, big-endian in all versions. What it
 * shows is whole where it was up to date when that was last written down: so DRBD itself decides when it starts.
 */
function drbd(block: Buffer, bytes: number): number | string {
  const whole = Number(block.readBigUInt64BE(0)) * SECTOR;
  const flags = block.readUInt32BE(56);
  if (!DRBD_MAGICS.has(block.readUInt32BE(60))) return 'is a part of a DRBD device whose metadata are damaged';
  if ((flags & DRBD_CONSISTENT) === 0) return 'is a part of a DRBD device, and its data are inconsistent';
  if ((flags & DRBD_UP_TO_DATE) === 0) return 'is a part of a DRBD device, and its data are out of date';
  if (!Number.isSafeInteger(whole) || whole === 0 || whole > drbdPlace(bytes)) {
    return 'is a part of a DRBD device whose metadata are damaged';
  }
  return whole;
}

const IMSM_BLOCK = 1024;
/** Where the metadata begin: two sectors before the end. */
function lastSectors(bytes: number): number {
  return Math.floor(bytes / SECTOR) * SECTOR - IMSM_BLOCK;
}

const IMSM_DISKS = 0xd8;
const IMSM_DISK = 48;
/** In a volume, behind its disks: its size, what becomes of it, its first map with its start, state, level and members. */
const IMSM_SIZE = 16;
const IMSM_MIGRATION = 88;
const IMSM_MAP = 112;

/**
 * Metadata of Intel's RAID, in the last sector but one, little-endian (mdadm 4.2, super-intel.c). One disk of a mirror is
 * all of it, if it is that from its first sector on.
 */
function imsm(block: Buffer, bytes: number): number | string {
  const because = (why: string): string => `is a part of a software RAID (Intel) ${why}`;
  const at = IMSM_DISKS + IMSM_DISK * block.readUInt8(0x38);
  const [length, volumes] = [block.readUInt32LE(0x24), block.readUInt8(0x39)];
  if (length > SECTOR || at + IMSM_MAP + 32 > length || sumOf(block.subarray(0, length)) !== block.readUInt32LE(0x20)) {
    return because('whose metadata are damaged, or too long for this version');
  }
  if (volumes !== 1) return because(`with ${volumes} volumes`);
  const map = block.subarray(at + IMSM_MAP);
  const [start, sectors] = [wide(map, 0, 20), wide(block, at + IMSM_SIZE, at + IMSM_SIZE + 4)];
  const [state, level] = [map.readUInt8(14), map.readUInt8(15)];
  if (level !== 1 || map.readUInt8(16) !== 2) return because(`of level ${level}, which holdstill does not support`);
  if (state !== 0 || block.readUInt8(at + IMSM_MIGRATION) !== 0) return because('that is not in sync');
  const shown = sectors * SECTOR;
  return start === 0 && shown > 0 && shown < bytes ? shown : because('that does not begin with its disk');
}

function wide(block: Buffer, low: number, high: number): number {
  return block.readUInt32LE(high) * 2 ** 32 + block.readUInt32LE(low);
}

/** Of all words but the sum itself, which is the ninth. */
function sumOf(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 4 <= block.length; at += 4) sum = (sum + (at === 0x20 ? 0 : block.readUInt32LE(at))) % 2 ** 32;
  return sum;
}

/** By blkid's name of the type. */
export const LAYERS: ReadonlyMap<string, Layer> = new Map([
  ['drbd', { place: (bytes: number) => ({ at: drbdPlace(bytes), bytes: DRBD_BLOCK }), shown: drbd }],
  ['isw_raid_member', { place: (bytes: number) => ({ at: lastSectors(bytes), bytes: IMSM_BLOCK }), shown: imsm }],
]);
