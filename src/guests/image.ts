import { SECTOR } from '../core/text/bytes.ts';
import type { Prober } from '../system/command.ts';
import { readBytes } from './bytes.ts';

/** Where its descriptor stands (ECMA-119, 8.4): `CD001` at 1, blocks at 80, bytes of a block at 128. */
export const DESCRIPTOR = 16 * 2048;
export const MARK = 'CD001';

/** Where the partition that is the image begins: with it, or (xorriso 1.5.4, -partition_offset 16) at its second descriptor. */
export const BEGINNINGS = [0, 64 * SECTOR];
const ENTRIES = 446;
const ENTRY = 16;

/** What boots from a disk and from a CD has a table in front of it that says that the image is a partition. */
export function isImageType(type: string | undefined): boolean {
  return type === 'iso9660' || type === 'udf';
}

/** Whether a table before an image, whose `first` sector is given, is its own. For where partitions are not looked for. */
export async function isImage(first: Buffer, device: string, offset: number, prober: Prober): Promise<boolean> {
  const mbr = [0, 1, 2, 3].map((index) => first.subarray(ENTRIES + index * ENTRY, ENTRIES + (index + 1) * ENTRY));
  if (mbr.some((entry) => entry.readUInt32LE(8) === 0 && entry.readUInt32LE(12) > 0)) return true;
  const at = (BEGINNINGS.at(-1) ?? 0) + DESCRIPTOR;
  const second = await readBytes(device, offset + at, SECTOR, prober);
  return typeof second !== 'string' && second.toString('latin1', 1, 6) === MARK;
}
