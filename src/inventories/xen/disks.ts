import path from 'node:path';
import type { GuestDisk } from '../../core/model/guest.ts';
import type { XlDisk } from '../../system/tools/xl.ts';

/** The disks of a guest, without CD-ROMs and empty drives. Read-only ones are as good as others: a guest may need them to be whole. */
export function disksOf(disks: readonly XlDisk[]): readonly GuestDisk[] {
  const held = disks.filter(({ cdrom, format }) => !cdrom && format !== 'empty');
  return held.map((disk, index): GuestDisk => {
    const twice = held.slice(0, index).some(({ vdev }) => vdev === disk.vdev);
    const refused = twice ? 'has the target of another disk' : whyRefused(disk);
    return { target: disk.vdev, path: refused === undefined ? pathOf(disk) : undefined, refused };
  });
}

function whyRefused({ path: where, format, script, server }: XlDisk): string | undefined {
  if (script !== undefined) return `is no disk of this host, but what ${script} connects (${where})`;
  if (server !== undefined) return `is served by the domain ${server}, not by this host (${where})`;
  if (where === '') return 'has nothing behind it';
  if (format === undefined) return `has a format that xl does not tell (${where})`;
  if (format !== 'raw') return `is ${where} in the format ${format}; only raw disks can be saved as they are`;
  return undefined;
}

/**
 * `phy:vg0/domu` means the device below /dev to Xen's block script (/etc/xen/scripts/block of 4.17), and always has. What `file:vm.img` meant
 * depends on where xl was started, which nobody knows any more.
 */
function pathOf(disk: XlDisk): string {
  return path.resolve('/dev', disk.path);
}
