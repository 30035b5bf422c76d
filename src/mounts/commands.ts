import type { CommandPair } from '../core/ports/devices.ts';
import { SECTOR } from '../core/text/bytes.ts';
import type { DeviceMap, Extent, PlannedMount } from '../core/model/volume.ts';
import { shellLine } from '../system/command.ts';
import { attachLoop } from '../system/tools/losetup.ts';
import { mountBind, mountDevice, remount, unmount } from '../system/tools/mount.ts';
import { driverOf } from '../guests/filesystems.ts';
import { withoutUnknown } from './flags.ts';
import { mapName } from './maps.ts';

/** The commands that show a file system at its place, and those that undo it; `/dev/loopN` is whichever is free. */
export function mountCommands(mount: PlannedMount): {
  readonly mount: readonly string[];
  readonly unmount: readonly string[];
} {
  const { map, point, snapshotDevice, subdirectory } = mount;
  const extent = map === undefined ? mount.extent : undefined;
  const device = extent ? '/dev/loopN' : map === undefined ? snapshotDevice : '/dev/dm-N';
  const { options, flags, ...driver } = driverOf(mount.type, mount.trust, device);
  const known = { ...driver, options: withoutUnknown(options) };
  const loop = extent ? [shellLine(attachLoop(snapshotDevice, extent.offset, extent.bytes, SECTOR))] : [];
  const again = flags.length > 0 ? [shellLine(remount(point, withoutUnknown(flags)))] : [];
  const bind = subdirectory ? [shellLine(mountBind(`${point}/${subdirectory}`, point))] : [];
  const undo = shellLine(unmount([point]));
  return {
    mount: [...loop, shellLine(mountDevice(known, device, point)), ...again, ...bind],
    unmount: [...bind.map(() => undo), ...again.map(() => ''), undo, ...loop.map(() => `losetup -d ${device}`)],
  };
}

/** The commands that make and remove the loop device over an image; `/dev/loopM` is whichever is free. */
export function loopCommands({ device, offset, bytes }: Extent): CommandPair {
  return { command: shellLine(attachLoop(device, offset, bytes, SECTOR)), undo: 'losetup -d /dev/loopM' };
}

/** The commands that make devices of logical volumes and partitions of guests, for people. */
export function mapCommands(maps: readonly DeviceMap[]): readonly CommandPair[] {
  return maps.map(({ key, lines }, index) => {
    const name = mapName('xxxxxxxx', index);
    const pieces = lines.length === 1 ? 'one piece' : `${lines.length} pieces`;
    return { command: `dmsetup create ${name}  (${key}, ${pieces})`, undo: `dmsetup remove ${name}` };
  });
}
