import fs from 'node:fs';
import { opendir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../core/fault.ts';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../core/step.ts';
import type { PlannedMount } from '../core/volume.ts';
import { shellWord } from '../core/shell.ts';
import { volumeUuidBehind, volumeUuidOf } from '../system/blockdev.ts';
import type { Exec } from '../system/command.ts';
import { mountBind, mountDevice, unmount } from '../system/mount.ts';
import { mountAt, readMounts, type MountEntry } from '../system/mountinfo.ts';
import { processesUsing } from '../system/processes.ts';
import { fileSystemOf } from './filesystems.ts';

/** How long a busy mount is tried again: virus scanners and `updatedb` look in and leave. */
const TRIES = 15;
const PAUSE_MS = 200;
/** How long a mount may take to show that it can be read. */
const ANSWER_MS = 20_000;

/** A mount of ours, known by the UUID of the LV that its device is or lies on. */
export function mountStep(mount: PlannedMount, device: string, volumeUuid: string): Step {
  const { label, type, point, subdirectory = '' } = mount;
  return { kind: 'mount', label, type, device, point, subdirectory, volume: volumeUuid };
}

/** Mounts read-only. A `path:` below the top of its file system is then shown over it by a second mount. */
export async function mount({ step }: NotedStep, exec: Exec): Promise<Facts> {
  const { label = '', type = '', device = '', point = '', subdirectory = '' } = step;
  const { type: driver, options, needs } = fileSystemOf(type);
  const complaint = await exec.run(mountDevice(driver, options, device, point));
  const entry = mountAt(point, readMounts());
  if (complaint !== undefined || !entry || !isOurs(entry, step)) {
    throw new Fault('mount.failed', `${label}: ${type} can't be mounted at ${point}`, {
      detail: complaint?.lines ?? ['mount said nothing, but the mount is not there'],
      hint: complaint?.unknownType ? `it needs ${needs}` : '',
    });
  }
  if (subdirectory === '') return { id: String(entry.id) };
  return { id: String(await showSubdirectory(label, point, subdirectory, exec)), below: String(entry.id) };
}

async function showSubdirectory(label: string, point: string, subdirectory: string, exec: Exec): Promise<number> {
  const directory = `${point}/${subdirectory}`;
  // A link in the snapshot could lead to live data, or anywhere.
  const real = realPath(directory);
  if (real !== directory) {
    throw new Fault('mount.failed', `${label}: ${subdirectory} is no directory in the snapshot`);
  }
  const complaint = await exec.run(mountBind(directory, point));
  const entry = mountAt(point, readMounts());
  if (complaint === undefined && entry) return entry.id;
  throw new Fault('mount.failed', `${label}: ${subdirectory} can't be shown at ${point}`, {
    detail: complaint?.lines ?? [],
  });
}

/** Why our mount is not what it was; undefined: it is there, on top, and can be read. */
export async function disturbed({ step, facts }: NotedStep): Promise<string | undefined> {
  const { label, point = '' } = step;
  const mounts = readMounts();
  const top = mountAt(point, mounts);
  if (!mounts.some((entry) => String(entry.id) === facts?.['id'] && entry.point === point && isOurs(entry, step))) {
    return `${label}: its mount at ${point} went away while the task was open`;
  }
  if (!top || !isOurs(top, step)) return `${label}: something else was mounted over ${point}`;
  const problem = await Promise.race([readProblem(point), sleep(ANSWER_MS, 'no answer', { ref: false })]);
  return problem === undefined ? undefined : `${label}: ${point} can't be read any more (${problem})`;
}

/** Reads a little of a directory. A file system of which a device hangs never answers, and must not stop us for ever. */
async function readProblem(directory: string): Promise<string | undefined> {
  try {
    const opened = await opendir(directory);
    try {
      await opened.read();
      return undefined;
    } finally {
      await opened.close();
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** Unmounts ours, all in one process; who is busy is tried again for three seconds, never detached lazily. */
export function undoMounts(exec: Exec): UndoHandler {
  return {
    kind: 'mount',

    async undo(steps) {
      for (let tries = TRIES; tries > 0; tries -= 1) {
        const mounts = readMounts();
        const points = steps.flatMap((step) => ourMounts(step, mounts).map(({ point }) => point));
        if (points.length === 0) break;
        if (tries < TRIES) await sleep(PAUSE_MS);
        await exec.run(unmount(points));
      }
      const mounts = readMounts();
      return steps.map((step): Outcome => {
        const point = step.step['point'] ?? '';
        if (!mounts.some((entry) => entry.point === point && isOurs(entry, step.step))) return { kind: 'undone' };
        if (ourMounts(step, mounts).length === 0) return { kind: 'left', reason: 'something else is mounted over it' };
        const users = processesUsing({ points: [point], devices: [] });
        return { kind: 'left', reason: users.length > 0 ? `in use by ${users.join(', ')}` : 'busy' };
      });
    },

    describe: ({ step: { point = '' } }) => ({ what: `mount ${point}`, byHand: `umount ${shellWord(point)}` }),
  };
}

/** What of this step can be unmounted: only what is on top at its directory, so that nothing of others is hit. */
function ourMounts({ step }: NotedStep, mounts: readonly MountEntry[]): readonly MountEntry[] {
  const there = mounts.filter(({ point }) => point === step['point']);
  const foreign = there.findLastIndex((entry) => !isOurs(entry, step));
  return there.slice(foreign + 1);
}

/** By the device itself, whatever it is called now; btrfs and FUSE have numbers of their own, and only a path. */
function isOurs({ device, source }: MountEntry, step: Step): boolean {
  const behind = device.startsWith('0:') ? volumeUuidBehind(source) : volumeUuidOf(device);
  return behind !== undefined && behind === step['volume'];
}

function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch {
    return undefined;
  }
}
