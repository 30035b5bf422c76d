import { SECTOR } from '../core/bytes.ts';

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

/** By blkid's name of the type. */
export const LAYERS: ReadonlyMap<string, Layer> = new Map([
  ['drbd', { place: (bytes: number) => ({ at: drbdPlace(bytes), bytes: DRBD_BLOCK }), shown: drbd }],
]);
