import { Fault, isFault } from '../core/model/fault.ts';
import type { Partition } from '../core/model/volume.ts';
import type { Exec } from '../system/command.ts';
import { bytesOf } from '../system/kernel/blockdev.ts';
import { readerOf } from '../system/read.ts';
import { readTable, type TableEntry } from '../system/tools/partx.ts';
import type { Probed } from './closer.ts';
import { soundEntries } from './sound.ts';
import { entriesIn, gptEntriesOf, sectorsOf } from './table.ts';

/** What libblkid (2.38.1) calls a protective MBR without its GPT. */
const PROTECTIVE = 'PMBR';

export function isPartitioned(probe: Probed): boolean {
  return probe !== undefined && 'table' in probe && probe.table !== undefined && probe.type === undefined;
}

export function tableOf(device: string, probe: Probed): 'dos' | 'gpt' {
  const kind = probe !== undefined && 'table' in probe ? probe.table : undefined;
  if (kind === 'dos' || kind === 'gpt') return kind;
  if (kind === PROTECTIVE) return 'gpt';
  throw unreadable(device, `its partition table is of the kind '${kind}', or damaged`);
}

/** Only the entry by which an MBR protects a GPT, and no GPT where libblkid looks for it. */
function isOnlyProtective(probe: Probed): boolean {
  return probe !== undefined && 'table' in probe && probe.table === PROTECTIVE;
}

/**
 * The partitions that have a content of their own. A GPT that was made on a disk with sectors of another size is for
 * libblkid a protective MBR and nothing more.
 */
export async function entriesOf(device: string, probe: Probed, exec: Exec): Promise<readonly TableEntry[]> {
  tableOf(device, probe);
  const bytes = await bytesOf(device, exec);
  if (isOnlyProtective(probe)) {
    const entries = await gptEntriesOf(device, bytes, sectorsOf(device).other, readerOf(exec));
    if (!entries) throw unreadable(device, 'its partition table (GPT) is damaged at both ends');
    return entries.filter((entry) => entry.bytes > 0 && entry.offset + entry.bytes <= bytes);
  }
  const table = await listed(device, bytes, tableOf(device, probe), undefined, exec);
  if (!table) throw unreadable(device, 'its partition table is damaged');
  const entries = table.filter(({ extended }) => !extended);
  for (const entry of entries) checkExtent(device, entry, bytes);
  return entries;
}

/** What partx says of a table: without asking it, where nothing is odd about that. `sector`: what it counts in, if not what the device does. */
async function listed(
  device: string,
  bytes: number,
  table: 'dos' | 'gpt',
  sector: number | undefined,
  exec: Exec,
): Promise<readonly TableEntry[] | undefined> {
  const read = soundEntries(device, bytes, table, sector ?? sectorsOf(device).own, readerOf(exec));
  const sound = await read.catch((error: unknown) => {
    if (isFault(error)) throw error;
    return undefined;
  });
  return sound ?? exec.run(readTable(device, sector));
}

/**
 * The partitions of an MBR as they would be if it counted in sectors of so many bytes, which nothing in it says. Empty where
 * that can't be.
 */
export async function entriesOfMbr(device: string, sector: number, exec: Exec): Promise<readonly TableEntry[]> {
  const bytes = await bytesOf(device, exec);
  const table = (await listed(device, bytes, 'dos', sector, exec)) ?? [];
  const entries = table.filter(({ extended }) => !extended);
  return entries.every((entry) => entry.bytes > 0 && entry.offset + entry.bytes <= bytes) ? entries : [];
}

/** For each partition the number of one that lies on the same bytes; the table is wrong about one of them. */
export function overlapsOf(entries: readonly TableEntry[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  const sorted = entries.toSorted((a, b) => a.offset - b.offset);
  let furthest: TableEntry | undefined;
  for (const entry of sorted) {
    if (furthest && entry.offset < furthest.offset + furthest.bytes) {
      found.set(entry.number, furthest.number);
      found.set(furthest.number, entry.number);
    }
    if (!furthest || entry.offset + entry.bytes > furthest.offset + furthest.bytes) furthest = entry;
  }
  return found;
}

/**
 * Partitions that the table has an entry for and that partx says nothing of: not to be read, but not to be kept quiet.
 * `sector`: the bytes that an MBR counts in.
 */
export async function lostIn(
  device: string,
  probe: Probed,
  known: readonly TableEntry[],
  sector: number,
  exec: Exec,
): Promise<readonly Partition[]> {
  const bytes = await bytesOf(device, exec);
  const numbers = isOnlyProtective(probe)
    ? await entriesIn(device, bytes, 'gpt', sectorsOf(device).other, readerOf(exec))
    : await entriesIn(device, bytes, tableOf(device, probe), sector, readerOf(exec));
  const content = { type: undefined, uuid: undefined, doubt: 'its entry in the partition table is damaged' };
  return numbers
    .filter((number) => !known.some((entry) => entry.number === number))
    .map((number) => ({ number, extent: { device, offset: 0, bytes: 0 }, content }));
}

function checkExtent(device: string, { number, offset, bytes }: TableEntry, whole: number): void {
  if (bytes > 0 && offset + bytes <= whole) return;
  throw unreadable(
    device,
    `its partition table is damaged: partition ${number} ends at byte ${offset + bytes} of ${whole}`,
  );
}

function unreadable(device: string, what: string): Fault {
  return new Fault('volume.unreadable', `${device} can't be read: ${what}`, { hint: `look at it: fdisk -l ${device}` });
}
