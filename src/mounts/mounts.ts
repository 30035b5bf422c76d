import { Fault, isFault } from '../core/model/fault.ts';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../core/model/step.ts';
import { namesOf } from '../core/text/users.ts';
import type { Mounted } from '../core/ports/mounts.ts';
import type { PlannedMount } from '../core/model/volume.ts';
import { shellWord } from '../core/text/shell.ts';
import { backingOf } from '../system/kernel/backing.ts';
import type { Exec } from '../system/command.ts';
import { replayJournal } from '../system/tools/fsck.ts';
import { type LoopDevice, readLoops } from '../system/kernel/loops.ts';
import { mountBind, remount, unmount, type MountComplaint } from '../system/tools/mount.ts';
import { mountAt, readMounts, superblockOf, type MountEntry } from '../system/kernel/mountinfo.ts';
import { blindCaller, mountsElsewhere, namespaceOf } from '../system/kernel/namespaces.ts';
import { readUses } from '../system/kernel/uses.ts';
import { DIRECTORY, driversOf, guardsOf } from '../guests/filesystems.ts';
import { excuseFor, missingFlags, mountBy, withoutUnknown } from './flags.ts';
import { lackOfDrivers } from './lacking.ts';
import { retryUntilFree } from './retry.ts';
import { baseOf, isOurs, isOver, loopsUnder, trustOf } from './proof.ts';
import { mountTogether } from './together.ts';

/** How long a busy mount is tried again: virus scanners and `updatedb` look in and leave. */
const PATIENCE_MS = 3000;

/** A mount of ours, known by the UUID of the LV that its device is or lies on; that of a directory by where in its file system that is. */
export async function mountStep(mount: PlannedMount, device: string, volumeUuid: string, exec: Exec): Promise<Step> {
  const { label, type, trust, point, within, subdirectory = '' } = mount;
  const root = type === DIRECTORY ? { root: await rootOf(device, label, exec) } : {};
  const inside = within.length > 0 ? { within: within.join(' in ') } : {};
  return { kind: 'mount', label, type, trust, device, point, subdirectory, volume: volumeUuid, ...root, ...inside };
}

/** Where in its file system a directory is. Throws `mount.failed` for one that a link leads to, which somebody has put there. */
async function rootOf(directory: string, label: string, exec: Exec): Promise<string> {
  const { real, within } = await backingOf(directory, exec);
  if (real === directory) return `/${within}`;
  throw new Fault(
    'mount.failed',
    `${label}: ${directory} is not the snapshot that holdstill took: somebody put a link there`,
  );
}

/**
 * Mounts read-only, with the flags that the trust asks for: in one process what one process can do, the others one after
 * the other, before each of which `between` is called.
 */
export async function mountAll(
  steps: readonly NotedStep[],
  between: () => void,
  exec: Exec,
): Promise<readonly Mounted[]> {
  const together = await mountTogether(steps, exec);
  const mounted: (Mounted & { readonly entry: MountEntry })[] = [];
  for (const noted of steps) {
    const entry = together.get(noted);
    if (entry) mounted.push({ entry, facts: identityOf(entry), notes: [] });
    else {
      between();
      mounted.push(await mount(noted, exec));
    }
  }
  const caller = blindCaller(mounted.map(({ entry }) => entry));
  const unseen =
    caller === undefined
      ? []
      : [
          `the mounts are visible only in the mount namespace of this hook, and ${caller} runs in another one: run the backup in the same one`,
        ];
  return mounted.map(({ facts, notes }) => ({ facts, notes: [...unseen, ...notes] }));
}

/** A `path:` below the top of its file system is shown over it by a second mount. `entry`: the whole. */
async function mount({ step }: NotedStep, exec: Exec): Promise<Mounted & { readonly entry: MountEntry }> {
  const { label = '', type = '', point = '', subdirectory = '' } = step;
  const flags = guardsOf(trustOf(step));
  const whole = await insistOnFlags(`${label}: ${type}`, await mountType(step, exec), flags, exec);
  if (subdirectory === '') return { entry: whole.entry, facts: identityOf(whole.entry), notes: whole.notes };
  const bound = await showSubdirectory(label, point, subdirectory, exec);
  const { entry, notes } = await insistOnFlags(`${label}: ${subdirectory}`, bound, flags, exec);
  return {
    entry: whole.entry,
    facts: { ...identityOf(entry), below: String(whole.entry.id) },
    notes: [...whole.notes, ...notes],
  };
}

/** By the first driver that is there. */
async function mountType(step: Step, exec: Exec): Promise<MountEntry> {
  const { label = '', type = '', device = '', point = '' } = step;
  const before = mountAt(point, readMounts());
  const drivers = driversOf(type, trustOf(step), device);
  let complaint: MountComplaint | undefined;
  for (const driver of drivers) {
    if (driver.type === 'fuse.fuse2fs') await exec.run(replayJournal(device));
    complaint = await mountBy(driver, device, point, exec);
    if (!complaint && driver.flags.length > 0) complaint = await exec.run(remount(point, withoutUnknown(driver.flags)));
    if (complaint && lackOfDrivers([driver], 'tried') !== undefined) continue;
    const entry = mountAt(point, readMounts());
    const loops = await loopsUnder([step], exec);
    if (entry && entry.id !== before?.id && !isOurs(entry, { step }, loops)) {
      await exec.run(unmount([point]));
      throw new Fault(
        'mount.failed',
        `${label}: ${device} is not the snapshot that holdstill took: somebody replaced it`,
      );
    }
    if (!complaint && entry && isOurs(entry, { step }, loops)) return entry;
    break;
  }
  const lack = complaint && lackOfDrivers(drivers, 'tried');
  throw new Fault('mount.failed', `${label}: ${type} can't be mounted at ${point}`, {
    detail: complaint ?? ['mount reported no error, but the mount is not there'],
    hint: lack === undefined ? '' : `it needs ${lack}`,
  });
}

/**
 * What mount(8) is asked for is not always what it does (`bind,ro` before 2.27), so the kernel is asked what the mount is
 * like. The notes say where this system can't keep links in it from leading elsewhere. Throws `mount.failed`, with the
 * mount gone, where it has not what else it was to have.
 */
async function insistOnFlags(
  what: string,
  made: MountEntry,
  flags: readonly string[],
  exec: Exec,
): Promise<{ readonly entry: MountEntry; readonly notes: readonly string[] }> {
  const { point } = made;
  if (missingFlags(flags, made).length === 0) return { entry: made, notes: [] };
  if (withoutUnknown(missingFlags(flags, made)).length > 0) await exec.run(remount(point, withoutUnknown(flags)));
  const entry = readMounts().find(({ id }) => id === made.id) ?? made;
  const missing = missingFlags(flags, entry);
  if (missing.length === 0) return { entry, notes: [] };
  const excuse = await excuseFor(missing, exec);
  if (excuse !== undefined) return { entry, notes: [excuse] };
  await exec.run(unmount([point]));
  throw new Fault('mount.failed', `${what} was mounted at ${point} without ${missing.join(', ')}`, {
    hint: `holdstill asked mount(8) for that: check the version of util-linux`,
  });
}

/** By which the mount is known again: the kernel gives the id of a mount that is gone to the next one. */
function identityOf(entry: MountEntry): Facts {
  const superblock = superblockOf(entry);
  const namespace = namespaceOf('self');
  const subvolume = entry.subvolume === undefined ? undefined : `${entry.device} ${entry.subvolume}`;
  const facts = { superblock, namespace, subvolume };
  const known = Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { id: String(entry.id), options: entry.options, ...Object.fromEntries(known) };
}

async function showSubdirectory(label: string, point: string, subdirectory: string, exec: Exec): Promise<MountEntry> {
  const directory = `${point}/${subdirectory}`;
  // A link in the snapshot could lead to live data, or anywhere.
  const real = await exec.ask('realPath', { file: directory }).catch((error: unknown) => {
    if (isFault(error)) throw error;
    return undefined;
  });
  if (real !== directory) {
    throw new Fault('mount.failed', `${label}: ${subdirectory} is not a directory in the snapshot`);
  }
  const complaint = await exec.run(mountBind(directory, point));
  const entry = mountAt(point, readMounts());
  if (complaint === undefined && entry) return entry;
  throw new Fault('mount.failed', `${label}: ${subdirectory} can't be shown at ${point}`, {
    detail: complaint ?? [],
  });
}

/**
 * Unmounts ours, all in one process; who is busy is tried again for three seconds, never detached lazily. In another
 * namespace a copy may stand: the kernel takes it away with its directory, so that has to wait for who is in it.
 */
export function undoMounts(exec: Exec): UndoHandler {
  return {
    kind: 'mount',

    undo: (steps) =>
      retryUntilFree(PATIENCE_MS, exec, async (last) => {
        const loops = await loopsUnder(
          steps.map(({ step }) => step),
          exec,
        );
        const before = readMounts();
        const ours = steps.map((step) => ourMounts(step, before, loops));
        const seen = ours.map((entries) => entries.map((entry) => ({ entry, superblock: superblockOf(entry) })));
        const points = ours.flat().map(({ point }) => point);
        if (points.length > 0) await exec.run(unmount(points));
        if (seen.every(isGone)) return steps.map(() => ({ kind: 'undone' }));
        const mounts = readMounts();
        // Who keeps them takes a look at all processes.
        const stuck = !last && steps.some((step) => ourMounts(step, mounts, loops).length > 0);
        const reasons = stuck ? steps.map(() => ({ reason: 'busy' })) : await reasonsToStay(steps, mounts, loops, exec);
        return reasons.map((reason): Outcome => (reason ? { kind: 'left', ...reason } : { kind: 'undone' }));
      }),

    dependsOn: ({ step: { point = '', device = '', volume = '' } }) => ({ is: undefined, on: [volume, device, point] }),

    describe: ({ step: { point = '' } }) => ({ what: `mount ${point}`, byHand: `umount ${shellWord(point)}` }),
  };
}

/**
 * Whether a file system that was mounted is mounted nowhere any more, in no namespace, and nobody is in it: the kernel lets
 * go of it then. No process need be asked.
 */
function isGone(seen: readonly { readonly entry: MountEntry; readonly superblock: string | undefined }[]): boolean {
  return (
    seen.length > 0 &&
    seen.every(({ entry, superblock }) => superblock !== undefined && superblockOf(entry) !== superblock)
  );
}

/** Why each of the mounts is not gone yet; undefined: it is. */
async function reasonsToStay(
  steps: readonly NotedStep[],
  mounts: readonly MountEntry[],
  loops: readonly LoopDevice[],
  exec: Exec,
): Promise<readonly ({ readonly reason: string; readonly byHand?: string } | undefined)[]> {
  const copies = mountsElsewhere((entry) => {
    const base = baseOf(entry, loops);
    return steps.some((step) => isOver(entry, step, base));
  });
  const stays = steps.map((noted) =>
    [...mounts, ...copies].some((entry) => entry.point === noted.step['point'] && isOurs(entry, noted, loops)),
  );
  const uses = stays.includes(true) ? readUses(true, await readLoops(exec)) : undefined;
  return steps.map((noted) => {
    const { step } = noted;
    const { point = '' } = step;
    const ours = ourMounts(noted, mounts, loops);
    const there = mounts.some((entry) => entry.point === point && isOurs(entry, noted, loops));
    const over = mountAt(point, mounts);
    if (there && ours.length === 0 && over) {
      const reason = `${over.source} (${over.type}) is mounted over it`;
      return { reason, byHand: `find out who owns it: findmnt ${shellWord(point)}` };
    }
    const held = [...ours, ...copies.filter((entry) => isOurs(entry, noted, loops))];
    const users = held.length === 0 ? [] : (uses?.ofMounts(held) ?? []);
    if (users.length > 0) return { reason: `in use by ${namesOf(users)}` };
    return there ? { reason: 'busy, but holdstill found no process that uses it' } : undefined;
  });
}

/** What of this step can be unmounted: only what is on top at its directory, so that nothing of others is hit. */
function ourMounts(
  noted: NotedStep,
  mounts: readonly MountEntry[],
  loops: readonly LoopDevice[],
): readonly MountEntry[] {
  const there = mounts.filter(({ point }) => point === noted.step['point']);
  const foreign = there.findLastIndex((entry) => !isOurs(entry, noted, loops));
  return there.slice(foreign + 1);
}
