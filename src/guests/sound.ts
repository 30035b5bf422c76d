import { SECTOR } from '../core/text/bytes.ts';
import { sectorBytes } from '../system/kernel/blockdev.ts';
import type { ReadBytes } from '../system/read.ts';
import type { TableEntry } from '../system/tools/partx.ts';
import { entriesOf, FIRST_LOGICAL, type Entry, gptAt, isContainer, LONGEST_CHAIN, MOST_EMPTY } from './table.ts';

/** What libblkid (2.38.1) looks into for another table: partitions of Unixware, Minix, FreeBSD, OpenBSD and NetBSD. */
const NESTED = new Set([0x63, 0x81, 0xa5, 0xa6, 0xa9]);
/** Solaris has the number of what became swap of Linux; where it is that, this stands in its second sector. */
const SWAP = 0x82;
const VTOC = Buffer.from([0xee, 0xde, 0x0d, 0x60]);
const VTOC_AT = SECTOR + 12;
/** libblkid counts in sectors of 512 bytes, in 32 bits. */
const MOST_SECTORS = 2 ** 32;
const GPT_ENTRY = 128;

/**
 * The partitions as partx (util-linux 2.38.1) lists them, if nothing about their table is odd. Undefined: only partx can
 * say, since what it makes of what is odd is its own. `sector`: the bytes that the table counts in. Throws `tool.timeout`.
 */
export async function soundEntries(
  device: string,
  bytes: number,
  table: 'dos' | 'gpt',
  sector: number,
  read: ReadBytes,
): Promise<readonly TableEntry[] | undefined> {
  if (sectorBytes(device) === undefined || !Number.isSafeInteger(bytes)) return undefined;
  const whole = async (at: number, length: number): Promise<Buffer | undefined> =>
    Number.isSafeInteger(at) && at + length <= bytes ? read(device, at, length) : undefined;
  return table === 'gpt' ? gpt(whole, bytes, sector) : dos(whole, sector);
}

/** So many bytes; undefined where they are not all there. */
type Read = (at: number, length: number) => Promise<Buffer | undefined>;

async function gpt(read: Read, bytes: number, sector: number): Promise<readonly TableEntry[] | undefined> {
  const found = await gptAt(sector, sector, read);
  if (found?.entryBytes !== GPT_ENTRY || found.count === 0 || found.place !== 1) return undefined;
  const { first, last, entries } = found;
  const end = Math.floor(bytes / sector) - 1;
  if (first <= 1 || last < first || last > end) return undefined;
  const sound = entries.every((one) => {
    const [start, after] = [one.offset / sector, (one.offset + one.bytes) / sector];
    return one.bytes > 0 && start >= first && after - 1 <= last;
  });
  return sound ? entries : undefined;
}

async function dos(read: Read, sector: number): Promise<readonly TableEntry[] | undefined> {
  const block = await read(0, SECTOR);
  const primary = block ? entriesOf(block).map((entry, index) => ({ ...entry, number: index + 1 })) : [];
  const used = primary.filter(({ sectors }) => sectors > 0);
  const containers = used.filter(isContainer);
  if (containers.length > 1 || used.some((entry) => !isShort(entry, sector))) return undefined;
  for (const entry of used) if (await isNested(entry, sector, read)) return undefined;
  const [container] = containers;
  const logical = container ? await chain(container, new Set(used.map(({ start }) => start)), sector, read) : [];
  return logical && [...used, ...logical].map((entry) => entryOf(entry, sector));
}

interface Numbered extends Entry {
  readonly number: number;
}

function entryOf({ number, type, start, sectors, ...entry }: Numbered, sector: number): TableEntry {
  const extended = isContainer({ type, start, sectors, ...entry });
  return { number, offset: start * sector, bytes: sectors * sector, extended, type: `0x${type.toString(16)}` };
}

function isShort({ start, sectors }: Entry, sector: number): boolean {
  return ((start + sectors) * sector) / SECTOR < MOST_SECTORS;
}

/** Whether libblkid looks for another table in it; where it can't, since that is beyond the end of the disk, it lists nothing at all. */
async function isNested({ type, start, sectors }: Entry, sector: number, read: Read): Promise<boolean> {
  if (type !== SWAP) return NESTED.has(type);
  const [mark, end] = [await read(start * sector + VTOC_AT, VTOC.length), (start + sectors) * sector];
  return mark === undefined || mark.equals(VTOC) || (await read(end - 1, 1)) === undefined;
}

/** The logical partitions of a container: a link each, in which nothing but one of them and the next link stands. `taken`: where others begin. */
async function chain(
  container: Entry,
  taken: Set<number>,
  sector: number,
  read: Read,
): Promise<readonly Numbered[] | undefined> {
  const found: Numbered[] = [];
  const seen = new Set<number>();
  for (let at: number | undefined = container.start; at !== undefined;) {
    const link: Buffer | undefined = at > 0 ? await read(at * sector, SECTOR) : undefined;
    if (link?.readUInt16LE(510) !== 0xaa55 || seen.has(at) || seen.size >= MOST_EMPTY) return undefined;
    seen.add(at);
    const [one, two, ...others] = entriesOf(link);
    if (!one || !two || others.some(({ sectors }) => sectors > 0)) return undefined;
    for (const entry of [one, two].filter((other) => other.sectors > 0 && !isContainer(other))) {
      const start = at + entry.start;
      const logical = { ...entry, start, number: FIRST_LOGICAL + found.length };
      if (taken.has(start) || !isShort(logical, sector) || found.length >= LONGEST_CHAIN) return undefined;
      taken.add(start);
      found.push(logical);
    }
    const next: Entry | undefined = [one, two].find((entry) => entry.sectors > 0 && isContainer(entry));
    if (next && !isShort({ ...next, start: container.start + next.start }, sector)) return undefined;
    at = next && container.start + next.start;
  }
  return found;
}
