import type { Content, Extent } from '../core/model/volume.ts';
import { probeDevice, probeDevices, type Stretch } from '../system/tools/blkid.ts';
import type { Exec } from '../system/command.ts';
import { type Probed, lookCloser } from './closer.ts';
import { lookUnnamed } from './unnamed.ts';

/** One process for all partitions that lie at the same place of their devices, as those of one template do. */
export async function probeParts(extents: readonly Extent[], exec: Exec): Promise<ReadonlyMap<string, Probed>> {
  const found = new Map<string, Probed>();
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
): Promise<ReadonlyMap<string, Probed>> {
  const found = new Map<string, Probed>(devices.length > 1 ? await exec.run(probeDevices(devices, stretch)) : []);
  for (const device of devices.filter((one) => !found.has(one))) {
    const probe = await exec.run(probeDevice(device, stretch));
    // blkid says nothing of a device that is empty, and of one that can't be read.
    const seen = probe === 'nothing' ? await lookUnnamed(device, stretch?.offset ?? 0, exec) : probe;
    if (seen) found.set(device, seen);
  }
  for (const [device, probe] of found) {
    if (probe && ('type' in probe || 'ambivalent' in probe)) {
      found.set(device, await lookCloser(probe, device, stretch, exec));
    }
  }
  return found;
}

export function keyOf({ device, offset, bytes }: Extent): string {
  return `${device}@${offset}+${bytes}`;
}

/** `purpose`: what a partition is for that need not hold anything known. */
export function contentOf(probe: Probed, purpose?: string): Content {
  if (probe === undefined) return { type: undefined, uuid: undefined, doubt: undefined, purpose };
  if (!('type' in probe)) return { type: undefined, uuid: undefined, doubt: probe.doubt };
  const { type, uuid, label, journal, table } = probe;
  // An old file system may lie under a new table, or the other way round; the wrong one may even mount.
  const both = type !== undefined && table !== undefined ? `holds ${type} and a partition table (${table})` : undefined;
  const elsewhere = journal === undefined ? undefined : `has its journal on another device (${journal})`;
  const doubt = probe.doubt ?? both ?? elsewhere;
  return { type, uuid, label, doubt, purpose: type === undefined && table === undefined ? purpose : undefined };
}
