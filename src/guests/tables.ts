import { type Fault, isFault } from '../core/model/fault.ts';
import type { Extent, Partition } from '../core/model/volume.ts';
import type { Exec } from '../system/command.ts';
import type { TableEntry } from '../system/tools/partx.ts';
import type { Probed } from './closer.ts';
import { entriesOf, entriesOfMbr, isPartitioned, lostIn, tableOf } from './partitions.ts';
import { keyOf, probeParts } from './probe.ts';
import { sectorsOf } from './table.ts';

/** The partition table of a volume, and what is in its partitions. */
export interface Table {
  readonly entries: readonly TableEntry[];
  /** Those that can't be read. */
  readonly lost: readonly Partition[];
  /** By the key of their extents. */
  readonly contents: ReadonlyMap<string, Probed>;
}

/** The tables of those volumes that have one. Throws `volume.unreadable`. */
export async function readTables(
  devices: readonly string[],
  probes: ReadonlyMap<string, Probed>,
  exec: Exec,
): Promise<ReadonlyMap<string, Table>> {
  const divided: (readonly [device: string, entries: readonly TableEntry[] | Fault])[] = [];
  for (const device of devices) {
    const probe = probes.get(device);
    if (isPartitioned(probe)) divided.push([device, await orFault(entriesOf(device, probe, exec))]);
  }
  const found = await probeParts(
    divided.flatMap(([device, entries]) => (isFault(entries) ? [] : extentsOf(device, entries))),
    exec,
  );
  const tables = new Map<string, Table>();
  for (const [device, entries] of divided) {
    const probe = probes.get(device);
    const odd = isFault(entries) || (isBarren(device, entries, found) && entries.some(isOddlyPlaced));
    const other = odd ? await readOtherwise(device, probe, exec) : undefined;
    if (other) tables.set(device, other);
    else if (isFault(entries)) throw entries;
    else tables.set(device, await tableWith(device, probe, entries, found, sectorsOf(device).own, exec));
  }
  return tables;
}

/**
 * An MBR does not say what it counts in. That it was made on a disk whose sectors have another size shows only by this: its
 * partitions can't be where they would be otherwise, or lie where nobody puts one and hold nothing known; and one does there.
 */
async function readOtherwise(device: string, probe: Probed, exec: Exec): Promise<Table | undefined> {
  if (tableOf(device, probe) !== 'dos') return undefined;
  const { other } = sectorsOf(device);
  const entries = await entriesOfMbr(device, other, exec);
  const contents = await probeParts(extentsOf(device, entries), exec);
  // On such a disk no file system can be made that counts in less.
  const tooFine = extentsOf(device, entries).some((extent) => {
    const inside = contents.get(keyOf(extent));
    return inside && 'type' in inside && (inside.blockBytes ?? other) < other;
  });
  return tooFine || isBarren(device, entries, contents)
    ? undefined
    : tableWith(device, probe, entries, contents, other, exec);
}

async function tableWith(
  device: string,
  probe: Probed,
  entries: readonly TableEntry[],
  contents: Table['contents'],
  sector: number,
  exec: Exec,
): Promise<Table> {
  return { entries, contents, lost: await lostIn(device, probe, entries, sector, exec) };
}

async function orFault<T>(result: Promise<T>): Promise<T | Fault> {
  try {
    return await result;
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
}

/** Since 2009 all tools begin partitions at a MiB; the first one of a table that is read by smaller sectors is at 128 KiB. */
function isOddlyPlaced({ offset }: TableEntry): boolean {
  return offset % 2 ** 20 !== 0;
}

function isBarren(device: string, entries: readonly TableEntry[], contents: ReadonlyMap<string, Probed>): boolean {
  return extentsOf(device, entries).every((extent) => {
    const inside = contents.get(keyOf(extent));
    return !inside || !('type' in inside) || inside.type === undefined;
  });
}

function extentsOf(device: string, entries: readonly TableEntry[]): readonly Extent[] {
  return entries.map(({ offset, bytes }) => ({ device, offset, bytes }));
}
