import { Fault } from '../core/fault.ts';
import type { Content, Extent, Partition, Volume } from '../core/volume.ts';
import { probeDevice, probeDevices, probeExtent, type Probe } from '../system/blkid.ts';
import type { Exec } from '../system/command.ts';
import { deviceBytes } from '../system/blockdev.ts';
import { readTable, type TableEntry } from '../system/partx.ts';

const NOTHING: Content = { type: undefined, uuid: undefined, doubt: undefined };
const TABLES = ['dos', 'gpt'] as const;

/**
 * Finds out what block devices hold, from their bytes: a file system on the whole of it, or a partition table and what
 * is in each partition. Changes nothing. Throws `volume.unreadable` for a table that can't be right.
 */
export async function look(devices: readonly string[], exec: Exec): Promise<readonly Volume[]> {
  const probes = await probeAll(devices, exec);
  const volumes: Volume[] = [];
  for (const device of devices) {
    const probe = probes.get(device) ?? 'nothing';
    if (typeof probe === 'string' || probe.table === undefined || probe.type !== undefined) {
      volumes.push({ device, table: undefined, content: contentOf(probe), partitions: [] });
      continue;
    }
    const table = TABLES.find((one) => one === probe.table);
    if (!table) throw unreadable(device, `its partition table is of the kind '${probe.table}', or damaged`);
    volumes.push({ device, table, content: NOTHING, partitions: await partitionsOf(device, exec) });
  }
  return volumes;
}

/** One process for all; only if one device's signatures contradict each other, one for each. */
async function probeAll(devices: readonly string[], exec: Exec): Promise<ReadonlyMap<string, Probe | 'ambivalent'>> {
  try {
    return await exec.run(probeDevices(devices));
  } catch {
    const found = new Map<string, Probe | 'ambivalent'>();
    for (const device of devices) {
      const probe = await exec.run(probeDevice(device));
      if (probe !== 'nothing') found.set(device, probe);
    }
    return found;
  }
}

async function partitionsOf(device: string, exec: Exec): Promise<readonly Partition[]> {
  const table = await exec.run(readTable(device));
  if (!table) throw unreadable(device, 'its partition table is damaged');
  const bytes = deviceBytes(device);
  const partitions: Partition[] = [];
  for (const entry of table) {
    if (entry.extended) continue;
    checkExtent(device, entry, bytes);
    const extent: Extent = { device, offset: entry.offset, bytes: entry.bytes };
    const probe = await exec.run(probeExtent(device, extent.offset, extent.bytes));
    partitions.push({ number: entry.number, extent, content: contentOf(probe) });
  }
  return partitions;
}

function checkExtent(device: string, { number, offset, bytes }: TableEntry, whole: number): void {
  if (bytes > 0 && offset + bytes <= whole) return;
  throw unreadable(
    device,
    `its partition table is damaged: partition ${number} ends at byte ${offset + bytes} of ${whole}`,
  );
}

function contentOf(probe: Probe | 'nothing' | 'ambivalent'): Content {
  if (probe === 'ambivalent') return { ...NOTHING, doubt: 'has signatures of more than one file system' };
  return probe === 'nothing' ? NOTHING : { type: probe.type, uuid: probe.uuid, doubt: undefined };
}

function unreadable(device: string, what: string): Fault {
  return new Fault('volume.unreadable', `${device} can't be read: ${what}`, { hint: `look at it: fdisk -l ${device}` });
}
