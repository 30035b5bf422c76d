import { Fault } from '../core/fault.ts';
import type { Content, Extent, Partition, Volume } from '../core/volume.ts';
import { probeDevice, probeDevices, probeExtent, probeExtents, type Probe } from '../system/blkid.ts';
import type { Exec } from '../system/command.ts';
import { deviceBytes } from '../system/blockdev.ts';
import { readTable, type TableEntry } from '../system/partx.ts';

const NOTHING: Content = { type: undefined, uuid: undefined, doubt: undefined };

type Found = ReadonlyMap<string, Probe | 'ambivalent'>;

/**
 * Finds out what block devices hold, from their bytes: a file system on the whole of it, or a partition table and what
 * is in each partition. Changes nothing. Throws `volume.unreadable` for a table that can't be right.
 */
export async function look(devices: readonly string[], exec: Exec): Promise<readonly Volume[]> {
  const probes = await probeWhole(devices, exec);
  const tables = new Map<string, readonly TableEntry[]>();
  for (const device of devices) {
    const probe = probes.get(device);
    if (isPartitioned(probe)) tables.set(device, await entriesOf(device, probe, exec));
  }
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
    return { device, table: tableOf(device, probe), content: NOTHING, partitions };
  });
}

/** One process for all; only if one device's signatures contradict each other, one for each. */
async function probeWhole(devices: readonly string[], exec: Exec): Promise<Found> {
  return together(
    devices,
    () => exec.run(probeDevices(devices)),
    (device) => exec.run(probeDevice(device)),
  );
}

/** One process for all partitions that lie at the same place of their devices. */
async function probeParts(extents: readonly Extent[], exec: Exec): Promise<Found> {
  const found = new Map<string, Probe | 'ambivalent'>();
  const places = new Map(extents.map(({ offset, bytes }) => [`${offset}+${bytes}`, { offset, bytes }]));
  for (const { offset, bytes } of places.values()) {
    const alike = extents.filter((extent) => extent.offset === offset && extent.bytes === bytes);
    const devices = alike.map(({ device }) => device);
    const probes = await together(
      devices,
      () => exec.run(probeExtents(devices, offset, bytes)),
      (device) => exec.run(probeExtent(device, offset, bytes)),
    );
    for (const [device, probe] of probes) found.set(keyOf({ device, offset, bytes }), probe);
  }
  return found;
}

async function together(
  devices: readonly string[],
  all: () => Promise<ReadonlyMap<string, Probe>>,
  one: (device: string) => Promise<Probe | 'nothing' | 'ambivalent'>,
): Promise<Found> {
  try {
    return await all();
  } catch {
    const found = new Map<string, Probe | 'ambivalent'>();
    for (const device of devices) {
      const probe = await one(device);
      if (probe !== 'nothing') found.set(device, probe);
    }
    return found;
  }
}

function keyOf({ device, offset, bytes }: Extent): string {
  return `${device}@${offset}+${bytes}`;
}

/** A boot sector of a file system can look like a partition table; then blkid knows the file system, too. */
function isPartitioned(probe: Probe | 'ambivalent' | undefined): probe is Probe {
  return typeof probe === 'object' && probe.table !== undefined && probe.type === undefined;
}

function tableOf(device: string, probe: Probe | 'ambivalent' | undefined): 'dos' | 'gpt' {
  const kind = typeof probe === 'object' ? probe.table : undefined;
  if (kind === 'dos' || kind === 'gpt') return kind;
  throw unreadable(device, `its partition table is of the kind '${kind}', or damaged`);
}

/** The partitions that have a content of their own. */
async function entriesOf(device: string, probe: Probe, exec: Exec): Promise<readonly TableEntry[]> {
  tableOf(device, probe);
  const table = await exec.run(readTable(device));
  if (!table) throw unreadable(device, 'its partition table is damaged');
  const bytes = deviceBytes(device);
  const entries = table.filter(({ extended }) => !extended);
  for (const entry of entries) checkExtent(device, entry, bytes);
  return entries;
}

function checkExtent(device: string, { number, offset, bytes }: TableEntry, whole: number): void {
  if (bytes > 0 && offset + bytes <= whole) return;
  throw unreadable(
    device,
    `its partition table is damaged: partition ${number} ends at byte ${offset + bytes} of ${whole}`,
  );
}

function contentOf(probe: Probe | 'ambivalent' | undefined): Content {
  if (probe === 'ambivalent') return { ...NOTHING, doubt: 'has signatures of more than one file system' };
  return probe === undefined ? NOTHING : { type: probe.type, uuid: probe.uuid, doubt: undefined };
}

function unreadable(device: string, what: string): Fault {
  return new Fault('volume.unreadable', `${device} can't be read: ${what}`, { hint: `look at it: fdisk -l ${device}` });
}
