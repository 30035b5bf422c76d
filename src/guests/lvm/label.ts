import { SECTOR } from '../../core/text/bytes.ts';
import type { Extent } from '../../core/model/volume.ts';
import type { ReadBytes } from '../../system/read.ts';
import { crc32From } from '../crc32.ts';

/** The label stands in one of the first four sectors. */
const LABEL_SECTORS = 4;
/** What LVM's checksums begin with (lvm2, INITIAL_CRC). */
const INITIAL = 0xf597a6cf;
const UUID_BYTES = 32;
const AREA_HEADER = 512;
/** A volume group of a thousand LVs has some 500 KiB of text; what is much larger would only keep us busy. */
const LONGEST_TEXT = 4 * 1024 * 1024;
const IGNORED = 1;

/** What a physical volume says of itself. */
export interface Label {
  /** 32 characters without hyphens. */
  readonly uuid: string;
  /** The text that describes its volume group; undefined: it carries none (`pvcreate --metadatacopies 0`), or no sound one. */
  readonly metadata: string | undefined;
}

/**
 * Reads the label of a physical volume, and what it says of its volume group. Undefined: there is no sound label. By
 * bytes, not by LVM's commands: the host's LVM must never see what a guest calls its volume groups, since two of one
 * name make it refuse the host's own. The format is that of lvm2 2.03.16 (lib/format_text/layout.h, lib/label/label.h).
 */
export async function readLabel({ device, offset, bytes }: Extent, read: ReadBytes): Promise<Label | undefined> {
  const within: Read = async (at, length) => {
    if (!(at >= 0 && length >= 0 && at + length <= bytes)) return undefined;
    const found = await read(device, offset + at, length);
    return found.length === length ? found : undefined;
  };
  const found = await findLabel(within);
  if (!found) return undefined;
  for (const area of found.areas) {
    const metadata = await readArea(area, within);
    if (metadata !== undefined) return { uuid: found.uuid, metadata };
  }
  return { uuid: found.uuid, metadata: undefined };
}

type Read = (at: number, length: number) => Promise<Buffer | undefined>;

interface MetadataArea {
  readonly offset: number;
  readonly bytes: number;
}

async function findLabel(
  read: Read,
): Promise<{ readonly uuid: string; readonly areas: readonly MetadataArea[] } | undefined> {
  for (let number = 0; number < LABEL_SECTORS; number += 1) {
    const sector = await read(number * SECTOR, SECTOR);
    if (sector?.toString('latin1', 0, 8) !== 'LABELONE' || sector.toString('latin1', 24, 32) !== 'LVM2 001') continue;
    if (sector.readBigUInt64LE(8) !== BigInt(number)) continue;
    if (crc32From(INITIAL, sector.subarray(20)) !== sector.readUInt32LE(16)) continue;
    const header = sector.readUInt32LE(20);
    if (header < 32 || header > SECTOR - UUID_BYTES - 8) continue;
    const uuid = sector.toString('latin1', header, header + UUID_BYTES);
    const data = placesAt(sector, header + UUID_BYTES + 8);
    const areas = placesAt(sector, data.next);
    return /^[A-Za-z0-9]{32}$/.test(uuid) ? { uuid, areas: areas.places } : undefined;
  }
  return undefined;
}

/** A list of places that a pair of zeros ends. */
function placesAt(sector: Buffer, start: number): { readonly places: readonly MetadataArea[]; readonly next: number } {
  const places: MetadataArea[] = [];
  for (let at = start; at + 16 <= sector.length; at += 16) {
    const place = { offset: Number(sector.readBigUInt64LE(at)), bytes: Number(sector.readBigUInt64LE(at + 8)) };
    if (place.offset === 0) return { places, next: at + 16 };
    places.push(place);
  }
  return { places, next: sector.length };
}

/** The text in an area, which is written round and round; undefined: there is no sound one. */
async function readArea({ offset }: MetadataArea, read: Read): Promise<string | undefined> {
  const header = await read(offset, AREA_HEADER);
  if (header?.toString('latin1', 4, 20) !== ' LVM2 x[5A%r0N*>') return undefined;
  if (crc32From(INITIAL, header.subarray(4)) !== header.readUInt32LE(0)) return undefined;
  const [start, size] = [Number(header.readBigUInt64LE(24)), Number(header.readBigUInt64LE(32))];
  const [at, length] = [Number(header.readBigUInt64LE(40)), Number(header.readBigUInt64LE(48))];
  const [checksum, flags] = [header.readUInt32LE(56), header.readUInt32LE(60)];
  if (start !== offset || (flags & IGNORED) !== 0 || length === 0 || length > LONGEST_TEXT) return undefined;
  if (at < AREA_HEADER || at >= size || length > size - AREA_HEADER) return undefined;
  const first = Math.min(length, size - at);
  const parts = [await read(offset + at, first), await read(offset + AREA_HEADER, length - first)];
  const [head, tail] = parts;
  if (!head || !tail) return undefined;
  const text = Buffer.concat([head, tail]);
  return crc32From(INITIAL, text) === checksum ? text.toString('utf8').replace(/\0+$/, '') : undefined;
}
