import { SECTOR } from '../core/text/bytes.ts';
import { sectorBytes } from '../system/kernel/blockdev.ts';
import type { ReadBytes } from '../system/read.ts';
import type { TableEntry } from '../system/tools/partx.ts';
import { crc32From } from './crc32.ts';

const SECTOR_4K = 4096;
const ENTRY = 16;
const FIRST_ENTRY = 446;
export const FIRST_LOGICAL = 5;
/** Partitions of a chain after which nobody looks on. */
export const LONGEST_CHAIN = 128;
/** Links without a partition, after which libblkid (2.38.1) and the kernel (6.1) give up. */
export const MOST_EMPTY = 100;
const MOST_GPT_BYTES = 1024 * 1024;

/** An entry of an MBR, in sectors. */
export interface Entry {
  readonly type: number;
  readonly start: number;
  readonly sectors: number;
}

/**
 * The numbers of all partitions that the table of a device has an entry for, sound or not. libblkid (2.38.1), and so
 * partx and the kernel, leaves out without a word an entry that can't be right and all that comes after it in a chain; a
 * backup would be without those partitions, and green. Empty where the table can't be read that way. `sector`: the bytes
 * that the table counts in.
 */
export async function entriesIn(
  device: string,
  bytes: number,
  table: 'dos' | 'gpt',
  sector: number,
  read: ReadBytes,
): Promise<readonly number[]> {
  if (table === 'gpt') return (await gptEntriesOf(device, bytes, sector, read))?.map(({ number }) => number) ?? [];
  return sectorBytes(device) === undefined ? [] : dosNumbers(paddedOf(device, read), sector);
}

/** The partitions of a GPT that counts in sectors of so many bytes. Undefined: there is no sound one. */
export async function gptEntriesOf(
  device: string,
  bytes: number,
  sector: number,
  read: ReadBytes,
): Promise<readonly TableEntry[] | undefined> {
  return sectorBytes(device) === undefined ? undefined : gptEntries(paddedOf(device, read), bytes, sector);
}

/** Reads so many bytes of a device; what is beyond the end reads as zeros. */
type Read = (at: number, bytes: number) => Promise<Buffer>;

function paddedOf(device: string, read: ReadBytes): Read {
  return async (at, bytes) => Buffer.concat([await read(device, at, bytes)], bytes);
}

/** What a device counts in, and what a table on it counts in that was made on a disk with sectors of the other size. */
export function sectorsOf(device: string): { readonly own: number; readonly other: number } {
  const own = sectorBytes(device) ?? SECTOR;
  return { own, other: own === SECTOR ? SECTOR_4K : SECTOR };
}

async function dosNumbers(read: Read, sector: number): Promise<readonly number[]> {
  const primary = entriesOf(await read(0, SECTOR));
  const numbers = primary.flatMap(({ type }, index) => (type === 0 ? [] : [index + 1]));
  const chains: { readonly number: number; readonly logical: readonly number[] }[] = [];
  for (const [index, entry] of primary.entries()) {
    if (isContainer(entry))
      chains.push({ number: index + 1, logical: await logicalNumbers(read, entry.start, sector) });
  }
  // One container is the rule; a second one, with nothing in it, was something else before its type was damaged.
  const container = chains.find(({ logical }) => logical.length > 0) ?? chains[0];
  return [...numbers.filter((number) => number !== container?.number), ...(container?.logical ?? [])];
}

async function logicalNumbers(read: Read, container: number, bytes: number): Promise<readonly number[]> {
  const numbers: number[] = [];
  const seen = new Set<number>();
  let empty = 0;
  for (let at: number | undefined = container; at !== undefined && numbers.length < LONGEST_CHAIN;) {
    const number = FIRST_LOGICAL + numbers.length;
    const sector = await read(at * bytes, SECTOR);
    // A link that leads to nothing, or back, or on and on: there was something, and it can't be found.
    if (seen.has(at) || empty > MOST_EMPTY || sector.readUInt16LE(510) !== 0xaa55) return [...numbers, number];
    seen.add(at);
    const entries = entriesOf(sector);
    const content = entries.slice(0, 2).filter((entry) => !isContainer(entry) && entry.sectors > 0);
    content.forEach((_, index) => numbers.push(number + index));
    empty = content.length > 0 ? 0 : empty + 1;
    const next = entries.find((entry) => isContainer(entry) && entry.sectors > 0);
    at = next && container + next.start;
  }
  return numbers;
}

export function entriesOf(sector: Buffer): readonly Entry[] {
  return [0, 1, 2, 3].map((index) => {
    const at = FIRST_ENTRY + index * ENTRY;
    return {
      type: sector.readUInt8(at + 4),
      start: sector.readUInt32LE(at + 8),
      sectors: sector.readUInt32LE(at + 12),
    };
  });
}

export function isContainer({ type }: Entry): boolean {
  return type === 0x05 || type === 0x0f || type === 0x85;
}

/**
 * The entries of a GPT, from the header at the start, or the one at the end if that is the sound one; undefined: neither
 * is. `sector`: the bytes that the disk it was made on counts in. UEFI 2.10, 5.3.
 */
async function gptEntries(read: Read, bytes: number, sector: number): Promise<readonly TableEntry[] | undefined> {
  for (const at of [sector, bytes - sector]) {
    const found = Number.isSafeInteger(at) ? await gptAt(at, sector, read) : undefined;
    if (found) return found.entries;
  }
  return undefined;
}

/** A GPT by one of its two headers. */
export interface Gpt {
  /** In sectors: where the header says that it stands itself, and what partitions may use. */
  readonly place: number;
  readonly first: number;
  readonly last: number;
  /** How many entries it has room for, and their size. */
  readonly count: number;
  readonly entryBytes: number;
  readonly entries: readonly TableEntry[];
}

/** By the header at this byte; undefined: it or its entries are damaged. */
export async function gptAt(
  at: number,
  sector: number,
  read: (at: number, bytes: number) => Promise<Buffer | undefined>,
): Promise<Gpt | undefined> {
  const header = await read(at, SECTOR);
  const length = header?.readUInt32LE(12) ?? 0;
  if (header?.toString('latin1', 0, 8) !== 'EFI PART' || length < 92 || length > SECTOR) return undefined;
  const unsigned = Buffer.from(header.subarray(0, length)).fill(0, 16, 20);
  if (crc32(unsigned) !== header.readUInt32LE(16)) return undefined;
  const [count, each] = [header.readUInt32LE(80), header.readUInt32LE(84)];
  const place = sectorIn(header, 72) * sector;
  if (each < 128 || count * each > MOST_GPT_BYTES || !Number.isSafeInteger(place)) return undefined;
  const entries = await read(place, count * each);
  if (!entries || crc32(entries) !== header.readUInt32LE(88)) return undefined;
  return {
    place: sectorIn(header, 24),
    first: sectorIn(header, 40),
    last: sectorIn(header, 48),
    count,
    entryBytes: each,
    entries: Array.from({ length: count }, (_, index) => entries.subarray(index * each, (index + 1) * each)).flatMap(
      (entry, index) => {
        if (entry.subarray(0, 16).every((byte) => byte === 0)) return [];
        const [first, last] = [sectorIn(entry, 32), sectorIn(entry, 40)];
        const bytesIn = (last - first + 1) * sector;
        return [{ number: index + 1, offset: first * sector, bytes: bytesIn, extended: false, type: guidOf(entry) }];
      },
    ),
  };
}

function sectorIn(block: Buffer, at: number): number {
  return Number(block.readBigUInt64LE(at));
}

/** As people write it: its first three parts are numbers, least byte first (UEFI 2.10, appendix A). */
function guidOf(entry: Buffer): string {
  const [one, two, three] = [entry.readUInt32LE(0), entry.readUInt16LE(4), entry.readUInt16LE(6)];
  const numbers = [hex(one, 8), hex(two, 4), hex(three, 4)];
  return [...numbers, entry.toString('hex', 8, 10), entry.toString('hex', 10, 16)].join('-');
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** As UEFI 2.10, 5.3.2 requires it. */
function crc32(data: Buffer): number {
  return ~crc32From(~0, data) >>> 0;
}
