import { readMounts, type MountEntry } from './mountinfo.ts';
import { link, nameOf, pids } from './processes.ts';

/** The mounts of one mount namespace. */
export interface View {
  readonly namespace: string | undefined;
  /** A process that lives in it, with its name; undefined: it is ours. */
  readonly pid?: string;
  readonly home: string | undefined;
  readonly mounts: readonly MountEntry[];
}

/** The mounts in other namespaces that `ours` is true of. */
export function mountsElsewhere(ours: (entry: MountEntry) => boolean): readonly MountEntry[] {
  return otherViews().flatMap(({ mounts }) => mounts.filter(ours));
}

/** The mount namespaces that other processes are in, as far as we may look into them. */
export function otherViews(): readonly View[] {
  const homes = pids().map((pid) => ({ pid, namespace: link(`/proc/${pid}/ns/mnt`) }));
  return viewsOf(homes).slice(1);
}

/** Who called us, where that process can't see all of these mounts of ours because it is in another mount namespace; undefined: it sees them. */
export function blindCaller(made: readonly MountEntry[]): string | undefined {
  const pid = String(process.ppid);
  const namespace = namespaceOf(pid);
  if (made.length === 0 || namespace === undefined || namespace === namespaceOf('self')) return undefined;
  try {
    const places = new Set(readMounts(pid).map(({ device, point }) => `${device} ${point}`));
    return made.every(({ device, point }) => places.has(`${device} ${point}`)) ? undefined : `${nameOf(pid)} (${pid})`;
  } catch {
    return undefined;
  }
}

/** Distinguishes a mount namespace from others that are there now: `mnt:[4026531841]`. */
export function namespaceOf(pid: string): string | undefined {
  return link(`/proc/${pid}/ns/mnt`);
}

/** Ours first; of every other mount namespace what the first process in it sees. */
export function viewsOf(
  processes: readonly { readonly pid: string; readonly namespace: string | undefined }[],
): readonly [View, ...View[]] {
  const own: View = { namespace: link('/proc/self/ns/mnt'), home: undefined, mounts: readMounts() };
  const seen = new Set([own.namespace, undefined]);
  const others = processes.flatMap(({ pid, namespace }): View[] => {
    if (seen.has(namespace)) return [];
    try {
      const mounts = readMounts(pid);
      // A process that is ending sees nothing; another may live on.
      if (mounts.length === 0) return [];
      seen.add(namespace);
      return [{ namespace, pid, home: `${nameOf(pid)} (${pid})`, mounts }];
    } catch {
      return [];
    }
  });
  return [own, ...others];
}
