import { SECTOR } from '../../core/text/bytes.ts';
import type { Extent } from '../../core/model/volume.ts';
import type { ReadBytes } from '../../system/read.ts';

const MAGIC = 0xa92b4efc;
const LONGEST = 256 + 2 * 1024;
const OLD_BYTES = 4096;
const OLD_PLACE = 64 * 1024;
/** Roles of a device that is not one of the array's disks: spare, faulty, journal (md_p.h). */
const LEAST_NO_DISK = 0xfffd;
/** Feature bits: a member that is being rebuilt, or has blocks that can't be read; an array that changes its shape, or keeps data elsewhere. */
const REBUILDING = 2 | 16;
const BAD_BLOCKS = 8;
const CHANGING = 4 | 512;

/** What a member of a software RAID says of its array; sectors have 512 bytes. */
export interface Superblock {
  readonly array: string;
  readonly level: number;
  readonly layout: number;
  readonly chunkSectors: number;
  readonly disks: number;
  /** Which of the disks it is; undefined: a spare, or one that failed. */
  readonly role: number | undefined;
  /** The roles that some device is known to have. */
  readonly active: readonly number[];
  readonly events: bigint;
  /** Where the data begins on the member. */
  readonly dataSector: number;
  /** Of each member, in an array whose members are used alike; 0 in others. */
  readonly usedSectors: number;
  /** Room for data on this member. */
  readonly dataSectors: number;
  /** What is on this member is not all that should be. */
  readonly partial: boolean;
  /** Why the array can't be read as it stands. */
  readonly unfit: string | undefined;
}

/**
 * Reads the superblock of a member, of any version; undefined: there is no sound one. By bytes and not by mdadm: an array
 * of a guest must never be one of the host's. Linux 6.1, include/uapi/linux/raid/md_p.h.
 */
export async function readSuperblock(
  { device, offset, bytes }: Extent,
  read: ReadBytes,
): Promise<Superblock | undefined> {
  const block = async (length: number, at: number): Promise<Buffer> =>
    Buffer.concat([await read(device, offset + at, length)], length);
  const sectors = Math.floor(bytes / SECTOR);
  for (const at of [4096, 0, (sectors - 16 - ((sectors - 16) % 8)) * SECTOR]) {
    const found = at < 0 ? undefined : parseSuperblock(await block(LONGEST, at), at / SECTOR);
    if (found) return found;
  }
  const old = Math.floor(bytes / OLD_PLACE) * OLD_PLACE - OLD_PLACE;
  return old < 0 ? undefined : parseOld(await block(OLD_BYTES, old), old / SECTOR);
}

/** Version 1; `sector`: where it stands, which it must know itself. */
export function parseSuperblock(block: Buffer, sector: number): Superblock | undefined {
  const most = block.readUInt32LE(220);
  if (block.readUInt32LE(0) !== MAGIC || block.readUInt32LE(4) !== 1 || 256 + 2 * most > block.length) return undefined;
  if (
    Number(block.readBigUInt64LE(144)) !== sector ||
    sumOf(block.subarray(0, 256 + 2 * most)) !== block.readUInt32LE(216)
  ) {
    return undefined;
  }
  const roles = Array.from({ length: most }, (_, index) => block.readUInt16LE(256 + 2 * index));
  const role = roles[block.readUInt32LE(160)] ?? LEAST_NO_DISK;
  const features = block.readUInt32LE(8);
  const dataSector = Number(block.readBigUInt64LE(128));
  // A RAID that holds its own superblock would hold itself.
  if (dataSector <= sector && sector < dataSector + Number(block.readBigUInt64LE(136))) return undefined;
  return {
    array: block.toString('hex', 16, 32),
    level: block.readInt32LE(72),
    layout: block.readUInt32LE(76),
    chunkSectors: block.readUInt32LE(88),
    disks: block.readUInt32LE(92),
    role: role < LEAST_NO_DISK ? role : undefined,
    active: roles.filter((one) => one < LEAST_NO_DISK),
    events: block.readBigUInt64LE(200),
    dataSector,
    usedSectors: Number(block.readBigUInt64LE(80)),
    dataSectors: Number(block.readBigUInt64LE(136)),
    partial: (features & (REBUILDING | BAD_BLOCKS)) !== 0,
    unfit: (features & CHANGING) === 0 ? undefined : 'is being changed',
  };
}

/** The checksum of a superblock of version 1: the sum of all words, the carry added in. */
export function sumOf(block: Buffer): number {
  const copy = Buffer.from(block).fill(0, 216, 220);
  let sum = 0;
  for (let at = 0; at + 4 <= copy.length; at += 4) sum += copy.readUInt32LE(at);
  if (copy.length % 4 === 2) sum += copy.readUInt16LE(copy.length - 2);
  return ((sum % 2 ** 32) + Math.floor(sum / 2 ** 32)) % 2 ** 32;
}

/** Version 0.90, at the end: words of 32 bits. */
function parseOld(block: Buffer, sector: number): Superblock | undefined {
  const word = (index: number): number => block.readUInt32LE(4 * index);
  if (word(0) !== MAGIC || word(1) !== 0 || word(2) !== 90) return undefined;
  const disks = word(10);
  const role = word(992 + 3);
  // 27 descriptors of 32 words from word 128 on: number, major, minor, role, state; bit 2 of the state: it is in sync.
  const active = Array.from({ length: 27 }, (_, index) => 128 + 32 * index).flatMap((at) =>
    (word(at + 4) & 4) !== 0 && word(at + 3) < disks ? [word(at + 3)] : [],
  );
  return {
    array: [5, 13, 14, 15].map((index) => word(index).toString(16).padStart(8, '0')).join(''),
    level: block.readInt32LE(4 * 7),
    layout: word(64),
    chunkSectors: word(65) / SECTOR,
    disks,
    role: role < disks && (word(992 + 4) & 4) !== 0 ? role : undefined,
    active,
    events: (BigInt(word(40)) << 32n) | BigInt(word(39)),
    dataSector: 0,
    usedSectors: word(8) * 2,
    dataSectors: sector,
    partial: false,
    unfit: undefined,
  };
}
