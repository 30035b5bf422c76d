import { open } from 'node:fs/promises';
import { Fault } from '../core/fault.ts';
import type { Content, Extent, Partition, Volume } from '../core/volume.ts';
import { probeDevice, probeDevices, type Probe, type Stretch } from '../system/blkid.ts';
import type { Exec } from '../system/command.ts';
import { deviceBytes } from '../system/blockdev.ts';
import { readTable, type TableEntry } from '../system/partx.ts';
import { entriesIn } from './table.ts';

const SECTOR = 512;

/** What blkid knows of a place; nothing where it knows nothing. */
type Found = Probe | { readonly doubt: string } | undefined;

/**
 * Finds out what block devices hold, from their bytes: a file system on the whole of it, or a partition table and what
 * is in each partition. Changes nothing. Throws `volume.unreadable` for a table that can't be right.
 */
export async function look(devices: readonly string[], exec: Exec): Promise<readonly Volume[]> {
  const probes = await probeAlike(devices, undefined, exec);
  const tables = new Map<string, readonly TableEntry[]>();
  for (const device of devices) {
    if (isPartitioned(probes.get(device))) tables.set(device, await entriesOf(device, probes.get(device), exec));
  }
  const lost = new Map<string, readonly Partition[]>();
  for (const [device, entries] of tables)
    lost.set(device, await lostIn(device, tableOf(device, probes.get(device)), entries));
  const extents = [...tables].flatMap(([device, entries]) =>
    entries.map(({ offset, bytes }): Extent => ({ device, offset, bytes })),
  );
  const contents = await probeParts(extents, exec);
  return devices.map((device): Volume => {
    const entries = tables.get(device);
    const probe = probes.get(device);
    if (!entries) return { device, table: undefined, content: contentOf(probe), partitions: [] };
    const partitions = entries.map(({ number, offset, bytes }): Partition => {
      const extent = { device, offset, bytes };
      return { number, extent, content: contentOf(contents.get(keyOf(extent))) };
    });
    const all = [...partitions, ...(lost.get(device) ?? [])];
    return { device, table: tableOf(device, probe), content: contentOf(undefined), partitions: all };
  });
}

/** One process for all partitions that lie at the same place of their devices, as those of one template do. */
async function probeParts(extents: readonly Extent[], exec: Exec): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>();
  const places = new Map(extents.map(({ offset, bytes }) => [`${offset}+${bytes}`, { offset, bytes }]));
  for (const { offset, bytes } of places.values()) {
    const alike = extents.filter((extent) => extent.offset === offset && extent.bytes === bytes);
    const devices = alike.map(({ device }) => device);
    const probes = await probeAlike(devices, { offset, bytes }, exec);
    for (const [device, probe] of probes) found.set(keyOf({ device, offset, bytes }), probe);
  }
  return found;
}

/** All devices in one process, and those of which that one said nothing alone. */
async function probeAlike(
  devices: readonly string[],
  stretch: Stretch | undefined,
  exec: Exec,
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>(devices.length > 0 ? await exec.run(probeDevices(devices, stretch)) : []);
  for (const device of devices.filter((one) => !found.has(one))) {
    const probe = await exec.run(probeDevice(device, stretch));
    const unreadable = probe === 'nothing' ? await readProblem(device, stretch?.offset ?? 0) : undefined;
    if (unreadable !== undefined) found.set(device, { doubt: unreadable });
    else if (probe !== 'nothing') found.set(device, probe);
  }
  return found;
}

/** blkid says nothing of a device that is empty, and of one that can't be read. */
async function readProblem(device: string, offset: number): Promise<string | undefined> {
  try {
    const file = await open(device);
    try {
      await file.read(Buffer.alloc(SECTOR), 0, SECTOR, offset);
      return undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    return `can't be read (${(error as NodeJS.ErrnoException).code})`;
  }
}

function keyOf({ device, offset, bytes }: Extent): string {
  return `${device}@${offset}+${bytes}`;
}

function isPartitioned(probe: Found): boolean {
  return probe !== undefined && 'table' in probe && probe.table !== undefined && probe.type === undefined;
}

function tableOf(device: string, probe: Found): 'dos' | 'gpt' {
  const kind = probe !== undefined && 'table' in probe ? probe.table : undefined;
  if (kind === 'dos' || kind === 'gpt') return kind;
  throw unreadable(device, `its partition table is of the kind '${kind}', or damaged`);
}

/** The partitions that have a content of their own. */
async function entriesOf(device: string, probe: Found, exec: Exec): Promise<readonly TableEntry[]> {
  tableOf(device, probe);
  const table = await exec.run(readTable(device));
  if (!table) throw unreadable(device, 'its partition table is damaged');
  const bytes = deviceBytes(device);
  const entries = table.filter(({ extended }) => !extended);
  for (const entry of entries) checkExtent(device, entry, bytes);
  return entries;
}

/** Partitions that the table has an entry for and that partx says nothing of: not to be read, but not to be kept quiet. */
async function lostIn(
  device: string,
  table: 'dos' | 'gpt',
  known: readonly TableEntry[],
): Promise<readonly Partition[]> {
  const numbers = await entriesIn(device, table);
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

function contentOf(probe: Found): Content {
  if (probe === undefined) return { type: undefined, uuid: undefined, doubt: undefined };
  if ('doubt' in probe) return { type: undefined, uuid: undefined, doubt: probe.doubt };
  const { type, uuid, table } = probe;
  // An old file system may lie under a new table, or the other way round; the wrong one may even mount.
  const doubt =
    type !== undefined && table !== undefined ? `holds ${type} and a partition table (${table})` : undefined;
  return { type, uuid, doubt };
}

function unreadable(device: string, what: string): Fault {
  return new Fault('volume.unreadable', `${device} can't be read: ${what}`, { hint: `look at it: fdisk -l ${device}` });
}
