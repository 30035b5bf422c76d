import fs from 'node:fs';
import { readMounts } from './mountinfo.ts';

/** What of ours somebody may have open. */
export interface Held {
  /** Directories: anything at or below them. */
  readonly points: readonly string[];
  /** Block devices by path, as links in /proc name them. */
  readonly devices: readonly string[];
}

/**
 * The processes that have something open in these mounts or devices, as `name (pid)`; of their working directory, root,
 * program and descriptors. Not ourselves.
 */
export function processesUsing(held: Held): readonly string[] {
  return pids().flatMap((pid) => {
    const links = ['cwd', 'root', 'exe'].map((name) => link(`/proc/${pid}/${name}`));
    for (const fd of list(`/proc/${pid}/fd`)) links.push(link(`/proc/${pid}/fd/${fd}`));
    // ntfs-3g has the device open because it is mounted: it serves whoever reads, and ends with the mount.
    const asked = links.includes('/dev/fuse') ? { ...held, devices: [] } : held;
    const uses = links.some((target) => target !== undefined && isHeld(target, asked));
    return uses ? [`${nameOf(pid)} (${pid})`] : [];
  });
}

/** The variable in the environment of our commands that says for which task they work. */
export const MARK = 'HOLDSTILL_TASK';

/**
 * The commands with this mark that still run, as `name (pid)`. A hook that was killed leaves the command it had started,
 * which goes on to its end. Daemons that a command has left (ntfs-3g, dmeventd) have other names, and are none.
 */
export function markedProcesses(mark: string, tools: readonly string[]): readonly string[] {
  return pids().flatMap((pid) => {
    const name = nameOf(pid);
    if (!tools.includes(name)) return [];
    try {
      const variables = fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return variables.includes(`${MARK}=${mark}`) ? [`${name} (${pid})`] : [];
    } catch {
      return [];
    }
  });
}

/**
 * The processes in whose mount namespace these devices are still mounted though they aren't in ours: a service with
 * PrivateMounts or ProtectSystem that was started while our mount stood has a copy of it.
 */
export function namespacesHolding(numbers: ReadonlySet<string>): readonly string[] {
  const seen = new Set([link('/proc/self/ns/mnt')]);
  return pids().flatMap((pid) => {
    const namespace = link(`/proc/${pid}/ns/mnt`);
    if (namespace === undefined || seen.has(namespace)) return [];
    seen.add(namespace);
    try {
      const holds = readMounts(pid).some((entry) => numbers.has(entry.device));
      return holds ? [`the mount namespace of ${nameOf(pid)} (${pid})`] : [];
    } catch {
      return [];
    }
  });
}

function isHeld(target: string, { points, devices }: Held): boolean {
  return devices.includes(target) || points.some((point) => target === point || target.startsWith(`${point}/`));
}

function pids(): readonly string[] {
  return list('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
}

function nameOf(pid: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'a process';
  }
}

function list(directory: string): readonly string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}

function link(file: string): string | undefined {
  try {
    return fs.readlinkSync(file);
  } catch {
    return undefined;
  }
}
