import fs from 'node:fs';
import path from 'node:path';
import type { Exec } from '../command.ts';
import { deviceNumber, numberOf, numberOpenedAs } from './blockdev.ts';
import { devicesAbove, type LoopDevice } from './loops.ts';
import type { MountEntry } from './mountinfo.ts';
import { type View, viewsOf } from './namespaces.ts';
import { list, link, mapsOf, nameOf, pids } from './processes.ts';

/** Who keeps mounts and block devices from being let go, as the kernel had it at one moment. */
export interface Uses {
  /**
   * Who stands on these devices (`major:minor`): other devices, swap, mounts, processes. Not the mounts that `ours` is
   * true of, nor their copies in other namespaces that go with them. `own`: the mount is in our namespace.
   */
  ofDevices(numbers: ReadonlySet<string>, ours: (entry: MountEntry, own: boolean) => boolean): readonly string[];
  /** Who stands on the devices of each group, whoever it is. */
  ofEach(groups: readonly ReadonlySet<string>[]): readonly (readonly string[])[];
  /** Who is in these mounts, or has something mounted on them. */
  ofMounts(mounts: readonly MountEntry[]): readonly string[];
  /** Mount namespaces that no process is in, and so can't be looked into: they may hold anything. */
  readonly unseen: readonly string[];
}

interface Process {
  readonly pid: string;
  readonly namespace: string | undefined;
  /** What its working directory, root, program and descriptors lead to. */
  readonly links: readonly { readonly file: string; readonly target: string; readonly device: string | undefined }[];
}

/** Looks through /proc. `deep`: also for files that a process has only mapped, which takes longer. `loops`: all there are. */
export function readUses(deep: boolean, loops: readonly LoopDevice[]): Uses {
  const processes = pids().map(readProcess);
  const views = viewsOf(processes);
  const [own] = views;
  const swaps = readSwaps();

  const using = (devices: ReadonlySet<string>, mounts: readonly MountEntry[]): readonly string[] => {
    // A number without a device is that of all of a btrfs, also of what is live in it.
    const numbered = mounts.map(({ device }) => device).filter((device) => !device.startsWith('0:'));
    const held = new Set([...devices, ...numbered]);
    return processes
      .filter((process) => {
        const view = views.find(({ namespace }) => namespace === process.namespace) ?? own;
        return (
          hasOpen(process, devices, mounts, view) || (deep && mapsOf(process.pid).some((number) => held.has(number)))
        );
      })
      .map(({ pid, namespace }) => {
        const where = namespace === own.namespace ? '' : ' in another mount namespace';
        return `${nameOf(pid)} (${pid})${where}`;
      });
  };
  /** What the kernel itself has open: files behind loop devices, swap files. */
  const kernelIn = (mounts: readonly MountEntry[]): readonly string[] => [
    ...loops.filter((loop) => isBehindIn(loop, mounts, own)).map(({ device, backing }) => `${device} over ${backing}`),
    ...swaps.filter((swap) => isIn(swap, mounts, own)).map((swap) => `swap on ${swap}`),
  ];

  const ofDevices: Uses['ofDevices'] = (numbers, ours) => {
    const above = devicesAbove(numbers, loops);
    const all = new Set([...numbers, ...above.map(({ number }) => number)]);
    const standing = views.flatMap((view) =>
      view.mounts.filter((entry) => isOn(entry, all)).map((entry) => ({ view, entry })),
    );
    const mine = standing.filter(({ view, entry }) => ours(entry, view === own)).map(({ entry }) => entry);
    const going = goingWith(mine, views);
    const others = standing.filter(({ entry }) => !mine.includes(entry) && !going(entry));
    const nested = mountedBelow(mine, own).filter((entry) => !standing.some((one) => one.entry === entry));
    const mounts = standing.map(({ entry }) => entry);
    return [
      ...above.map(({ name }) => name),
      ...swaps.filter((swap) => all.has(deviceNumber(swap) ?? '')).map((swap) => `swap on ${swap}`),
      ...others.map(({ view, entry }) => mountText(entry, view)),
      ...nested.map((entry) => mountText(entry, own)),
      ...kernelIn(mounts),
      ...using(all, mounts),
    ];
  };

  return {
    ofDevices,

    ofEach(groups) {
      const nobody = (): boolean => false;
      const users = ofDevices(new Set(groups.flatMap((group) => [...group])), nobody);
      // Mostly nobody stands on any of them, and then one pass has shown it of all.
      return groups.map((group) => (users.length === 0 ? [] : ofDevices(group, nobody)));
    },

    ofMounts(mounts) {
      // A descriptor may have come from another namespace with a copy of the mount at the same place.
      const same = views.flatMap((view) =>
        view.mounts.filter((one) => mounts.some((entry) => entry.device === one.device && entry.point === one.point)),
      );
      const nested = mountedBelow(mounts, own).map((entry) => mountText(entry, own));
      return [...nested, ...kernelIn(mounts), ...using(new Set(), same)];
    },

    unseen: lostNamespaces(views, processes),
  };
}

function readProcess(pid: string): Process {
  const files = ['cwd', 'root', 'exe', ...list(`/proc/${pid}/fd`).map((fd) => `fd/${fd}`)];
  const links = files.flatMap((name) => {
    const file = `/proc/${pid}/${name}`;
    const target = link(file);
    if (target === undefined) return [];
    // A device's own node is asked for its number, whatever it is called; what lies on a server that is gone is not.
    return [{ file, target, device: numberOpenedAs(file, target) }];
  });
  return { pid, namespace: link(`/proc/${pid}/ns/mnt`), links };
}

function hasOpen({ links }: Process, devices: ReadonlySet<string>, mounts: readonly MountEntry[], view: View): boolean {
  // ntfs-3g has the device open because it is mounted: it serves whoever reads, and ends with the mount.
  const serves = links.some(({ target }) => target === '/dev/fuse');
  return links.some(
    ({ target, device }) => isIn(target, mounts, view) || (!serves && device !== undefined && devices.has(device)),
  );
}

/** Whether a path lies in one of these mounts, as far as its words show: a mount below or over them hides them. */
function isIn(target: string, mounts: readonly MountEntry[], view: View): boolean {
  if (mounts.length === 0 || !target.startsWith('/')) return false;
  const holding = view.mounts.filter(({ point }) => isAtOrBelow(target, point));
  const longest = Math.max(...holding.map(({ point }) => point.length));
  // Of several at one place any may be the one that was opened.
  return holding.some(
    (entry) =>
      entry.point.length === longest &&
      mounts.some(({ device, point }) => device === entry.device && point === entry.point),
  );
}

/** Whether the file behind a loop device lies on these mounts: by its file system's number where that is one of a device. */
function isBehindIn({ file, backing }: LoopDevice, mounts: readonly MountEntry[], view: View): boolean {
  if (mounts.some(({ device }) => !device.startsWith('0:') && file?.startsWith(`${device} `))) return true;
  return isIn(backing, mounts, view);
}

function isAtOrBelow(target: string, point: string): boolean {
  return target === point || point === '/' || target.startsWith(`${point}/`);
}

/** btrfs and some of FUSE have no block device's number, and only name one. */
export function isOn({ device, source }: MountEntry, numbers: ReadonlySet<string>): boolean {
  if (!device.startsWith('0:')) return numbers.has(device);
  return source.startsWith('/dev/') && numbers.has(deviceNumber(source) ?? '');
}

function mountedBelow(mounts: readonly MountEntry[], { mounts: all }: View): readonly MountEntry[] {
  return all.filter((entry) => mounts.some(({ id }) => id === entry.parent) && !mounts.includes(entry));
}

/**
 * Which mounts go together with these: in our namespace where the mount below hears of it (mount_namespaces(7)); in
 * others all at the same place, since the kernel takes them away with the directory (rmdir(2) since Linux 3.18).
 */
function goingWith(mounts: readonly MountEntry[], views: readonly View[]): (entry: MountEntry) => boolean {
  const every = views.flatMap((view) => view.mounts);
  const byId = new Map(every.map((entry) => [entry.id, entry]));
  const own = new Set(views[0]?.mounts);
  const places = mounts.flatMap((entry) => {
    const parent = byId.get(entry.parent);
    if (!parent) return [];
    const groups = parent.shared === undefined ? new Set<string>() : hearing(parent.shared, every);
    return [{ place: placeBelow(entry, parent), device: parent.device, groups }];
  });
  return (entry) => {
    const parent = byId.get(entry.parent);
    if (!parent) return false;
    return places.some(
      ({ place, device, groups }) =>
        parent.device === device &&
        placeBelow(entry, parent) === place &&
        (!own.has(entry) || [parent.shared, parent.master].some((group) => group !== undefined && groups.has(group))),
    );
  };
}

/** The peer groups that hear of what happens in one, directly or through others. */
function hearing(group: string, mounts: readonly MountEntry[]): ReadonlySet<string> {
  const groups = new Set([group]);
  for (let size = 0; size < groups.size;) {
    size = groups.size;
    for (const { master, shared } of mounts) if (shared && master && groups.has(master)) groups.add(shared);
  }
  return groups;
}

/** Where a mount lies in the file system below it. */
function placeBelow({ point }: MountEntry, parent: MountEntry): string {
  return path.join(parent.root, path.relative(parent.point, point));
}

function mountText({ point }: MountEntry, { home }: View): string {
  return home === undefined ? `a mount at ${point}` : `a mount at ${point} in the mount namespace of ${home}`;
}

/** Namespaces that a mount or a descriptor keeps alive (namespaces(7)) though nobody lives in them. */
function lostNamespaces(views: readonly View[], processes: readonly Process[]): readonly string[] {
  const alive = new Set([...processes.map(({ namespace }) => namespace), ...views.map(({ namespace }) => namespace)]);
  const isLost = (name: string): boolean => name.startsWith('mnt:[') && !alive.has(name);
  const kept = views.flatMap(({ mounts }) =>
    mounts.filter(({ type, root }) => type === 'nsfs' && isLost(root)).map(({ point }) => point),
  );
  const open = processes.filter(({ links }) => links.some(({ target }) => isLost(target)));
  return [...new Set(kept), ...open.map(({ pid }) => `${nameOf(pid)} (${pid})`)].map(
    (keeper) => `perhaps a mount namespace that no process is in, kept by ${keeper}`,
  );
}

/** How long a file may take to say what it lies on, and all of them: one of a server that is gone never does. */
const ANSWER_MS = 1000;
const ANSWERS_MS = 3000;

/**
 * The processes that have something open of a file system on these devices, though it is mounted nowhere any more: what
 * `umount -l` leaves, and what dmeventd does to a snapshot that is full. No path leads there, so every file is asked.
 */
export async function detachedUsers(numbers: ReadonlySet<string>, exec: Exec): Promise<readonly string[]> {
  const found: string[] = [];
  const end = performance.now() + exec.patienceMs(ANSWERS_MS);
  for (const pid of pids()) {
    for (const { file, target } of readProcess(pid).links) {
      if (performance.now() > end) return found;
      if (!target.startsWith('/') || target.startsWith('/dev/')) continue;
      const inode = await exec.ask('behindLink', { file }, ANSWER_MS).catch(() => undefined);
      if (inode === undefined || !numbers.has(numberOf(inode.dev))) continue;
      found.push(`${nameOf(pid)} (${pid})`);
      break;
    }
  }
  return found;
}

/** Files and devices that are swapped to: proc(5), /proc/swaps. */
export function readSwaps(): readonly string[] {
  try {
    const lines = fs.readFileSync('/proc/swaps', 'utf8').split('\n').slice(1);
    return lines.flatMap((line) => line.split(/\s/, 1)).filter((file) => file !== '');
  } catch {
    return [];
  }
}
