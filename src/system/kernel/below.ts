import type { LeftOut } from '../../core/model/snapshot.ts';
import { deviceNumber } from './blockdev.ts';
import { isBelow, visibleAt, type MountEntry } from './mountinfo.ts';
import { isOurSnapshot } from './oursnapshots.ts';

/** Types of file systems that hold nothing of their own which anybody would save. */
const PSEUDO = new Set(
  (
    'binder binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fuse.gvfsd-fuse fuse.lxcfs fuse.portal ' +
    'fusectl hugetlbfs mqueue nfsd nsfs overlay proc pstore ramfs rpc_pipefs securityfs selinuxfs sysfs tmpfs tracefs'
  ).split(' '),
);
/** Those that nobody can write to: all that is in them lies in an image or on a medium. */
const READ_ONLY = new Set(['cramfs', 'erofs', 'iso9660', 'romfs', 'squashfs']);

/** The mount that shows a path, and where in its file system that is, relative to its top. */
interface Above {
  readonly real: string;
  readonly mount: MountEntry;
  readonly within: string;
}

/**
 * What can be seen below a path and is not in a snapshot of the file system that holds it: other file systems, and other
 * places of the same one (bind mounts). Not listed are those that hold nothing, and our own mounts.
 */
export function mountsBelow(above: Above, mounts: readonly MountEntry[]): readonly LeftOut[] {
  const begin = above.real === '/' ? '/' : `${above.real}/`;
  const seen = mounts.filter(
    (one) =>
      one.point.startsWith(begin) &&
      isBelow(one, above.mount, mounts) &&
      visibleAt(one.point, mounts)?.id === one.id &&
      !PSEUDO.has(one.type) &&
      !/^\/(?:proc|sys|dev)\//.test(one.point) &&
      !isOurSnapshot(one, deviceNumber),
  );
  return seen.flatMap((one): readonly LeftOut[] => {
    const why = whyNotIn(one, above);
    return why ? [{ label: one.point, ...why }] : [];
  });
}

function whyNotIn(
  { type, source, root, device, superOptions }: MountEntry,
  { mount, within }: Above,
): Omit<LeftOut, 'label'> | undefined {
  if (type === 'autofs') {
    // Below an indirect one nothing is, until somebody asks for it by a name: autofs(5). A direct one stands for one file system.
    if (!superOptions.split(',').includes('direct')) return undefined;
    return { reason: 'is mounted when somebody goes there (autofs), and is not in this snapshot', harmless: false };
  }
  if (READ_ONLY.has(type)) return { reason: `is an image that nobody can write to (${type})`, harmless: true };
  if (device !== mount.device) {
    return { reason: `is a file system of its own (${source}), not in this snapshot`, harmless: false };
  }
  const top = `/${within}`;
  const inside = within === '' || root === top || root.startsWith(`${top}/`);
  return inside
    ? { reason: `shows ${root} of the same file system, which lies below the path itself`, harmless: true }
    : { reason: `shows ${root} of the same file system, which does not lie below the path`, harmless: false };
}
