import { SECTOR } from '../core/bytes.ts';
import type { Extent, Partition } from '../core/volume.ts';
import type { Exec } from '../system/command.ts';
import type { TableEntry } from '../system/partx.ts';
import { entriesOf, entriesOfMbr4k, isPartitioned, lostIn, tableOf } from './partitions.ts';
import { type Found, keyOf, probeParts } from './probe.ts';
import { SECTOR_4K } from './table.ts';

/** The partition table of a volume, and what is in its partitions. */
export interface Table {
  readonly entries: readonly TableEntry[];
  /** Those that can't be read. */
  readonly lost: readonly Partition[];
  /** By the key of their extents. */
  readonly contents: ReadonlyMap<string, Found>;
}

/** The tables of those volumes that have one. Throws `volume.unreadable`. */
export async function readTables(
  devices: readonly string[],
  probes: ReadonlyMap<string, Found>,
  exec: Exec,
): Promise<ReadonlyMap<string, Table>> {
  const divided: (readonly [device: string, entries: readonly TableEntry[]])[] = [];
  for (const device of devices) {
    const probe = probes.get(device);
    if (isPartitioned(probe)) divided.push([device, await entriesOf(device, probe, exec)]);
  }
  const found = await probeParts(
    divided.flatMap(([device, entries]) => extentsOf(device, entries)),
    exec,
  );
  const tables = new Map<string, Table>();
  for (const [device, entries] of divided) {
    const probe = probes.get(device);
    const other = isBarren(device, entries, found) ? await readAs4k(device, probe, exec) : undefined;
    const lost = other ? [] : await lostIn(device, probe, entries, SECTOR);
    tables.set(device, other ?? { entries, lost, contents: found });
  }
  return tables;
}

/**
 * An MBR does not say what it counts in. That it was made on a disk with sectors of 4096 bytes shows only by this: all its
 * partitions hold nothing known where they would be otherwise, and one does there.
 */
async function readAs4k(device: string, probe: Found, exec: Exec): Promise<Table | undefined> {
  if (tableOf(device, probe) !== 'dos') return undefined;
  const entries = await entriesOfMbr4k(device, exec);
  const contents = await probeParts(extentsOf(device, entries), exec);
  if (isBarren(device, entries, contents)) return undefined;
  return { entries, contents, lost: await lostIn(device, probe, entries, SECTOR_4K) };
}

function isBarren(device: string, entries: readonly TableEntry[], contents: ReadonlyMap<string, Found>): boolean {
  return extentsOf(device, entries).every((extent) => {
    const inside = contents.get(keyOf(extent));
    return !inside || !('type' in inside) || inside.type === undefined;
  });
}

function extentsOf(device: string, entries: readonly TableEntry[]): readonly Extent[] {
  return entries.map(({ offset, bytes }) => ({ device, offset, bytes }));
}
