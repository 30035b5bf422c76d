import fs from 'node:fs';
import path from 'node:path';
import { SECTOR } from '../core/bytes.ts';

/** `major:minor` of a block device, or of the one a link leads to; undefined: there is none. */
export function deviceNumber(device: string): string | undefined {
  try {
    const stat = fs.statSync(device);
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
 * Undefined for what is no device-mapper device, or gone.
 */
function dmUuid(number: string): string | undefined {
  return attribute(number, 'dm/uuid');
}

/** The file or device behind a loop device, as the kernel knows it now. */
export interface LoopDevice {
  readonly device: string;
  readonly number: string;
  readonly backing: string;
  /** Bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** All loop devices that are in use, from sysfs: no process needed. */
export function readLoops(): readonly LoopDevice[] {
  let names: readonly string[];
  try {
    names = fs.readdirSync('/sys/block').filter((name) => /^loop\d+$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const number = read(`/sys/block/${name}/dev`);
    const backing = number === undefined ? undefined : attribute(number, 'loop/backing_file');
    if (number === undefined || backing === undefined) return [];
    const offset = Number(attribute(number, 'loop/offset') ?? 0);
    const bytes = Number(attribute(number, 'loop/sizelimit') ?? 0);
    return [{ device: `/dev/${name}`, number, backing, offset, bytes }];
  });
}

/**
 * What a device really stands on, whatever it is called: its own dm UUID, or that of the LV below a loop device, or
 * `file:` and the path of an image below it.
 */
export function volumeUuidBehind(device: string): string | undefined {
  const number = deviceNumber(device);
  return number === undefined ? undefined : volumeUuidOf(number);
}

/** As `volumeUuidBehind`, for a device's `major:minor`. */
export function volumeUuidOf(number: string): string | undefined {
  const direct = dmUuid(number);
  if (direct !== undefined) return direct;
  const backing = attribute(number, 'loop/backing_file');
  if (backing === undefined) return undefined;
  const below = deviceBehind(backing);
  return below === undefined ? imageUuid(backing) : volumeUuidOf(below);
}

/** The number of the device behind a loop device. A file is not looked at: it may lie where nobody answers any more. */
function deviceBehind(backing: string): string | undefined {
  return backing.startsWith('/dev/') ? deviceNumber(backing) : undefined;
}

/** How an image file is known as what a device stands on. The kernel adds a word to the path of one that was deleted. */
export function imageUuid(file: string): string {
  return `file:${file.replace(/ \(deleted\)$/, '')}`;
}

/** The btrfs file systems that the kernel has mounted now, by UUID. */
export function isBtrfsMounted(uuid: string): boolean {
  return fs.existsSync(`/sys/fs/btrfs/${uuid}`);
}

function attribute(number: string, name: string): string | undefined {
  return read(`/sys/dev/block/${number}/${name}`);
}

function read(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8').replace(/\n$/, '');
  } catch {
    return undefined;
  }
}

/** Bytes of a block device or an image file. Infinity: unknown. */
export function deviceBytes(device: string): number {
  const number = deviceNumber(device);
  if (number === undefined) return imageBytes(device) ?? Number.POSITIVE_INFINITY;
  const sectors = attribute(number, 'size');
  return sectors === undefined ? Number.POSITIVE_INFINITY : Number(sectors) * SECTOR;
}

/** What a loop device can show of an image file: whole sectors of 512 bytes. Undefined: it is no file. */
export function imageBytes(file: string): number | undefined {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? Math.floor(stat.size / SECTOR) * SECTOR : undefined;
}

/** Bytes of a sector as the kernel reads a partition table there; undefined: unknown. */
export function sectorBytes(device: string): number | undefined {
  const number = deviceNumber(device);
  // Our loop devices over images have these.
  if (number === undefined) return imageBytes(device) === undefined ? undefined : SECTOR;
  const bytes = attribute(number, 'queue/logical_block_size');
  return bytes === undefined ? undefined : Number(bytes);
}

/** The node of the device with this device-mapper UUID, by the name that the kernel itself gives it. */
export function deviceOf(uuid: string): string | undefined {
  const names = fs.existsSync('/sys/block') ? fs.readdirSync('/sys/block') : [];
  const name = names.find((one) => one.startsWith('dm-') && read(`/sys/block/${one}/dm/uuid`) === uuid);
  return name && `/dev/${name}`;
}

/** The device-mapper name of the device with this UUID, which `numbers` tells the number of. */
export function mapperNameOf(uuid: string, numbers: ReadonlyMap<string, string> = numbersByUuid()): string | undefined {
  const number = numbers.get(uuid);
  return number === undefined ? undefined : attribute(number, 'dm/name');
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

/** The devices that stand on these, at any height: of device-mapper, loop devices, md; with a name for people. */
export function devicesAbove(
  numbers: ReadonlySet<string>,
  loops: readonly LoopDevice[],
): readonly { readonly number: string; readonly name: string }[] {
  const found = new Map<string, string>();
  let round = [...numbers];
  while (round.length > 0) {
    const next = round.flatMap((number) => [
      ...holders(number),
      ...loops
        .filter(({ backing }) => deviceBehind(backing) === number)
        .map((loop) => ({ number: loop.number, name: loop.device })),
    ]);
    round = [];
    for (const { number, name } of next) {
      if (numbers.has(number) || found.has(number)) continue;
      found.set(number, name);
      round.push(number);
    }
  }
  return [...found].map(([number, name]) => ({ number, name }));
}

function holders(number: string): readonly { readonly number: string; readonly name: string }[] {
  const directory = `/sys/dev/block/${number}/holders`;
  if (!fs.existsSync(directory)) return [];
  return fs.readdirSync(directory).flatMap((device) => {
    const above = read(`/sys/block/${device}/dev`);
    if (above === undefined) return [];
    const mapped = attribute(above, 'dm/name');
    return [{ number: above, name: mapped === undefined ? `/dev/${device}` : `the device-mapper device ${mapped}` }];
  });
}
