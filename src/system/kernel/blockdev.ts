import fs from 'node:fs';
import path from 'node:path';
import { SECTOR } from '../../core/text/bytes.ts';
import type { Prober } from '../command.ts';

/** `major:minor` of a block device, or of the one a link below /dev leads to; undefined: there is none. */
export function deviceNumber(device: string): string | undefined {
  // Any other path may lead where nobody answers.
  return device.startsWith('/dev/') ? numberAt(device) : undefined;
}

/** `major:minor` of the block device that a process has open; `link`: its /proc/PID/fd/N, `target`: where that leads. */
export function numberOpenedAs(link: string, target: string): string | undefined {
  // The name may be gone or another device's by now, and the link still leads to the one that was opened.
  return target.startsWith('/dev/') ? numberAt(link) : undefined;
}

function numberAt(file: string): string | undefined {
  try {
    const stat = fs.statSync(file);
    return stat.isBlockDevice() ? numberOf(stat.rdev) : undefined;
  } catch {
    return undefined;
  }
}

/** How the kernel writes a device number in sysfs and mountinfo. */
export function numberOf(rdev: number): string {
  // makedev(3): 12 bits of major above 8 bits of minor, and 12 more bits of minor above those.
  const major = (rdev >>> 8) & 0xfff;
  const minor = (rdev & 0xff) | ((rdev >>> 12) & 0xfff00);
  return `${major}:${minor}`;
}

/**
 * The device-mapper UUID of a block device: `LVM-` and the 32 characters of the VG's and of the LV's UUID for an LV.
 * Undefined for what is not a device-mapper device, or is gone.
 */
export function dmUuid(number: string): string | undefined {
  return attribute(number, 'dm/uuid');
}

/** Whether whatever is written to a device-mapper device waits; of another device never. */
export function isSuspended(number: string): boolean {
  return attribute(number, 'dm/suspended') === '1';
}

/** The name of a device-mapper device; undefined for what is none. */
export function dmName(number: string): string | undefined {
  return attribute(number, 'dm/name');
}

/** The disk of a partition that the kernel itself has found, and which one it is; undefined: it is none. */
export function partitionOf(number: string): { readonly disk: string; readonly partition: number } | undefined {
  const partition = attribute(number, 'partition');
  const disk = partition === undefined ? undefined : attribute(number, '../dev');
  return disk === undefined ? undefined : { disk, partition: Number(partition) };
}

/** The btrfs file systems that the kernel has mounted now, by UUID. */
export function isBtrfsMounted(uuid: string): boolean {
  return fs.existsSync(`/sys/fs/btrfs/${uuid}`);
}

/** What sysfs says of a block device; undefined: nothing. */
function attribute(number: string, name: string): string | undefined {
  return read(`/sys/dev/block/${number}/${name}`);
}

/** A file of sysfs without its last line end; undefined where there is none. */
export function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8').replace(/\n$/, '');
  } catch {
    return undefined;
  }
}

/** Bytes of a block device. Infinity: unknown. */
export function deviceBytes(device: string): number {
  const number = deviceNumber(device);
  const sectors = number === undefined ? undefined : attribute(number, 'size');
  return sectors === undefined ? Number.POSITIVE_INFINITY : Number(sectors) * SECTOR;
}

/** Bytes of a block device, or what a loop device can show of an image file: whole sectors of 512 bytes. Infinity: unknown. */
export async function bytesOf(volume: string, prober: Prober): Promise<number> {
  if (volume.startsWith('/dev/')) return deviceBytes(volume);
  const inode = await prober.ask('lookUp', { file: volume });
  return inode?.kind === 'file' ? Math.floor(inode.bytes / SECTOR) * SECTOR : Number.POSITIVE_INFINITY;
}

/** Whether the kernel lets nobody write to a device. */
export function isReadOnly(number: string): boolean {
  return attribute(number, 'ro') === '1';
}

/** Bytes of a sector as the kernel reads a partition table there; undefined: unknown. */
export function sectorBytes(device: string): number | undefined {
  // Our loop devices over images have these.
  if (!device.startsWith('/dev/')) return SECTOR;
  const number = deviceNumber(device);
  const bytes = number === undefined ? undefined : attribute(number, 'queue/logical_block_size');
  return bytes === undefined ? undefined : Number(bytes);
}

/** The node of the device with this device-mapper UUID, by the name that the kernel itself gives it. */
export function deviceOf(uuid: string): string | undefined {
  const names = fs.existsSync('/sys/block') ? fs.readdirSync('/sys/block') : [];
  const name = names.find((one) => one.startsWith('dm-') && read(`/sys/block/${one}/dm/uuid`) === uuid);
  return name && `/dev/${name}`;
}

/** The device-mapper name of the device with this UUID, whose number is in `numbers`. */
export function mapperNameOf(uuid: string, numbers: ReadonlyMap<string, string>): string | undefined {
  const number = numbers.get(uuid);
  return number === undefined ? undefined : attribute(number, 'dm/name');
}

/** The same of one device alone, which probably has the node `likely`: to look at all devices for each of many takes long. */
export function mapperNameNear(uuid: string, likely: string): string | undefined {
  const number = deviceNumber(likely) ?? '';
  return dmUuid(number) === uuid ? dmName(number) : mapperNameOf(uuid, numbersByUuid());
}

/** The node of a block device, by the name that the kernel itself gives it. */
export function nodeOf(number: string): string {
  return `/dev/${path.basename(fs.readlinkSync(`/sys/dev/block/${number}`))}`;
}

/** The numbers of all device-mapper devices by their dm UUID. */
export function numbersByUuid(): ReadonlyMap<string, string> {
  const names = fs.existsSync('/sys/block') ? fs.readdirSync('/sys/block') : [];
  return new Map(
    names.flatMap((name): [string, string][] => {
      const uuid = name.startsWith('dm-') ? read(`/sys/block/${name}/dm/uuid`) : undefined;
      return uuid ? [[uuid, read(`/sys/block/${name}/dev`) ?? '']] : [];
    }),
  );
}

/** The devices that the kernel itself lists as standing on one: of device-mapper, md; not loop devices. */
export function holders(number: string): readonly { readonly number: string; readonly name: string }[] {
  const directory = `/sys/dev/block/${number}/holders`;
  if (!fs.existsSync(directory)) return [];
  return fs.readdirSync(directory).flatMap((device) => {
    const above = read(`/sys/block/${device}/dev`);
    if (above === undefined) return [];
    const mapped = attribute(above, 'dm/name');
    return [{ number: above, name: mapped === undefined ? `/dev/${device}` : `the device-mapper device ${mapped}` }];
  });
}
