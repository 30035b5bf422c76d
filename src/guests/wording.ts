import type { PlannedMount } from '../core/volume.ts';
import { shellLine } from '../system/command.ts';
import { attachLoop } from '../system/losetup.ts';
import { mountBind, mountDevice, unmount } from '../system/mount.ts';
import { fileSystemOf } from './filesystems.ts';

/** The commands that show a file system at its place, and those that undo it; `/dev/loopN` is whichever is free. */
export function mountCommands(mount: PlannedMount): {
  readonly mount: readonly string[];
  readonly unmount: readonly string[];
} {
  const { extent, point, snapshotDevice, subdirectory } = mount;
  const { type, options } = fileSystemOf(mount.type);
  const device = extent ? '/dev/loopN' : snapshotDevice;
  const loop = extent ? [shellLine(attachLoop(snapshotDevice, extent.offset, extent.bytes))] : [];
  const bind = subdirectory ? [shellLine(mountBind(`${point}/${subdirectory}`, point))] : [];
  const undo = shellLine(unmount([point]));
  return {
    mount: [...loop, shellLine(mountDevice(type, options, device, point)), ...bind],
    unmount: [...bind.map(() => undo), undo, ...loop.map(() => `losetup -d ${device}`)],
  };
}
