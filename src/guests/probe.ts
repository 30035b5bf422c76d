import { open } from 'node:fs/promises';
import { SECTOR } from '../core/bytes.ts';
import type { Content, Extent } from '../core/volume.ts';
import { probeDevice, probeDevices, type Probe, type Stretch } from '../system/blkid.ts';
import type { Exec } from '../system/command.ts';
import { whyNot } from '../core/why.ts';

/** What blkid knows of a place; nothing where it knows nothing. */
export type Found = (Probe & { readonly doubt?: string }) | { readonly doubt: string } | undefined;

/** One process for all partitions that lie at the same place of their devices, as those of one template do. */
export async function probeParts(extents: readonly Extent[], exec: Exec): Promise<ReadonlyMap<string, Found>> {
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
export async function probeAlike(
  devices: readonly string[],
  stretch: Stretch | undefined,
  exec: Exec,
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>(devices.length > 1 ? await exec.run(probeDevices(devices, stretch)) : []);
  for (const device of devices.filter((one) => !found.has(one))) {
    const probe = await exec.run(probeDevice(device, stretch));
    // blkid says nothing of a device that is empty, and of one that can't be read.
    const sector = probe === 'nothing' ? await readSector(device, stretch?.offset ?? 0) : undefined;
    if (typeof sector === 'string') found.set(device, { doubt: sector });
    else if (probe !== 'nothing') found.set(device, probe);
  }
  for (const [device, probe] of found) {
    if (probe && 'type' in probe) found.set(device, await lookCloser(probe, device, stretch?.offset ?? 0));
  }
  return found;
}

/** What blkid does not tell. */
async function lookCloser(probe: Probe, device: string, offset: number): Promise<Found> {
  if (probe.type === 'btrfs') {
    const disks = await btrfsDisks(device, offset);
    if (disks === 1) return probe;
    const doubt = `is one of ${disks ?? 'several'} disks of a btrfs; the kernel would take the others where it finds them`;
    return { ...probe, doubt };
  }
  const both = probe.type !== undefined && probe.table === 'dos';
  return both && (await isEmptyMbr(device, offset)) ? { ...probe, table: undefined } : probe;
}

/** Its `num_devices` (Linux 6.1, struct btrfs_super_block, at 64 KiB); undefined: it can't be read. */
async function btrfsDisks(device: string, offset: number): Promise<number | undefined> {
  const sector = await readSector(device, offset + 64 * 1024);
  return typeof sector === 'string' ? undefined : Number(sector.readBigUInt64LE(0x88));
}

/** What begins with boot code looks like a table without partitions, to libblkid (2.38.1) even every exfat. */
async function isEmptyMbr(device: string, offset: number): Promise<boolean> {
  const sector = await readSector(device, offset);
  return typeof sector !== 'string' && sector.subarray(446, 510).every((byte) => byte === 0);
}

/** A text says why it can't be read. */
async function readSector(device: string, offset: number): Promise<Buffer | string> {
  try {
    const file = await open(device);
    try {
      return (await file.read(Buffer.alloc(SECTOR), 0, SECTOR, offset)).buffer;
    } finally {
      await file.close();
    }
  } catch (error) {
    return `can't be read (${whyNot(error)})`;
  }
}

export function keyOf({ device, offset, bytes }: Extent): string {
  return `${device}@${offset}+${bytes}`;
}

export function contentOf(probe: Found): Content {
  if (probe === undefined) return { type: undefined, uuid: undefined, doubt: undefined };
  if (!('type' in probe)) return { type: undefined, uuid: undefined, doubt: probe.doubt };
  const { type, uuid, label, journal, table } = probe;
  // An old file system may lie under a new table, or the other way round; the wrong one may even mount.
  const both = type !== undefined && table !== undefined ? `holds ${type} and a partition table (${table})` : undefined;
  const elsewhere = journal === undefined ? undefined : `has its journal on another device (${journal})`;
  return { type, uuid, label, doubt: probe.doubt ?? both ?? elsewhere };
}
