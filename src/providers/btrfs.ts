import path from 'node:path';
import { Fault, isFault } from '../core/model/fault.ts';
import { encodeName } from '../core/model/names.ts';
import type { CommandPair } from '../core/ports/devices.ts';
import type { Provider } from '../core/ports/provider.ts';
import type { Origin, PlannedSnapshot } from '../core/model/snapshot.ts';
import { shellWord } from '../core/text/shell.ts';
import type { Facts, NotedStep, Step } from '../core/model/step.ts';
import { whyNot } from '../core/text/why.ts';
import { checkDirectory, placeOf, backingOf, type Backing } from '../system/kernel/backing.ts';
import { deletesByNumber, listSnapshots, makeReadOnly, snapshotSubvolume } from '../system/tools/btrfs.ts';
import { shellLine, type Exec } from '../system/command.ts';
import { saysFull } from '../system/tools/full.ts';
import { mountedWritable, type MountEntry } from '../system/kernel/mountinfo.ts';
import { insideName, runOf, SHARED_GROWTH } from './beside.ts';
import { healthOf } from './btrfs/health.ts';
import { isPlace, isPrivate, makePlace, placeCommands, placeFor, placeStep, undoPlaces } from './btrfs/place.ts';
import { byHand, isProven, removeSnapshots } from './btrfs/remove.ts';
import { lookAt, nestedIn, subvolumeAt, topOf } from './btrfs/subvolumes.ts';

/**
 * Snapshots of btrfs subvolumes, read-only, in a directory of root's alone. That is in the top directory of the subvolume
 * itself: what it is mounted by need not reach any other place of the file system. The snapshot holds what is in the
 * subvolume, and not what is in others below.
 */
export function createBtrfs(exec: Exec): Provider {
  const originOf = async (asked: string, behind: Backing, top: string): Promise<Origin> => {
    const subvolume = await subvolumeAt(top, exec);
    if (!subvolume) throw new Fault('origin.unsuitable', `${asked}: ${top} is not a btrfs subvolume`);
    return {
      provider: 'btrfs',
      label: top,
      directory: [],
      bytes: 0,
      shape: 'directory',
      device: top,
      subdirectory: path.relative(top, behind.real) || undefined,
      asked,
      ref: {
        uuid: subvolume.uuid,
        access: subvolume.readOnly ? 'read-only' : 'writable',
        mount: String(behind.mount?.id ?? ''),
      },
    };
  };

  const takeOne = async (noted: NotedStep): Promise<Facts> => {
    const { source = '', name = '' } = noted.step;
    const complaint = await snapshotOf(noted.step);
    if (!(await isPrivate(path.dirname(name), exec))) {
      const reason = `somebody replaced ${path.dirname(name)}`;
      throw new Fault('snapshot.failed', `other users could read the snapshot of ${source}: ${reason}`);
    }
    const taken = await subvolumeAt(name, exec);
    if (!taken?.readOnly || !isProven(taken, noted)) {
      const code = saysFull(complaint ?? []) ? 'snapshot.no-space' : 'snapshot.failed';
      throw new Fault(code, `btrfs took no snapshot of ${source}`, { detail: complaint ?? [] });
    }
    const { uuid, id, generation } = taken;
    return { uuid, id, generation, bytes: '0' };
  };

  /** One that lies in its own origin holds the empty directory that it lies in: that is taken out before it becomes read-only. */
  const snapshotOf = async ({ source = '', within, name = '' }: Step): Promise<readonly string[] | undefined> => {
    if (within !== source) return exec.run(snapshotSubvolume(source, name, 'read-only'));
    const complaint = await exec.run(snapshotSubvolume(source, name, 'writable'));
    if (complaint) return complaint;
    try {
      await exec.ask('removeDirectory', { file: copyIn(name) });
    } catch (error) {
      if (isFault(error)) throw error;
      return [`${copyIn(name)} can't be removed: ${whyNot(error)}`];
    }
    return exec.run(makeReadOnly(name));
  };

  return {
    kind: 'btrfs',

    async find(asked) {
      const behind = await backingOf(asked, exec);
      const top = await topBehind(behind, exec);
      if (top === undefined) return { claims: false, why: whyNoTop(behind) ?? 'not on btrfs' };
      const directory = behind.kind === 'directory';
      const why = `in the btrfs subvolume ${top}, ${placeOf(behind)}`;
      return { claims: directory, why: directory ? why : `not a directory, but a file ${why}` };
    },

    async resolve(source) {
      if (source.kind !== 'subvolume' && source.kind !== 'path') return undefined;
      const behind = await backingOf(source.path, exec);
      const top = await topBehind(behind, exec);
      if (top === undefined) {
        if (source.kind === 'path') return undefined;
        const why = whyNoTop(behind) ?? `it is ${placeOf(behind)}`;
        throw new Fault('origin.unsuitable', `${source.path} is not a btrfs subvolume: ${why}`);
      }
      checkDirectory(source.path, behind);
      if (source.kind === 'subvolume' && top !== behind.real) {
        throw new Fault('origin.unsuitable', `${source.path} is not a subvolume, but a directory of ${top}`, {
          hint: `write path: ${source.path}`,
        });
      }
      const origin = await originOf(source.path, behind, top);
      return { origins: [origin], leftOut: [...(await nestedIn(top, behind, exec)), ...behind.others] };
    },

    async plan(origins, _size, { task, run }) {
      const planned: PlannedSnapshot[] = [];
      const directories = new Set<string>();
      const byNumber = await exec.run(deletesByNumber());
      for (const [index, origin] of origins.entries()) {
        const top = origin.device;
        const within = await placeFor(origin, exec);
        const place = placeStep(within, run);
        const { directory = '' } = place;
        const file = path.join(directory, insideName(top, index));
        const where =
          within.top === top ? 'in the subvolume itself' : `in ${within.top}, since the subvolume is read-only`;
        const step = {
          kind: 'btrfs',
          label: top,
          source: top,
          sourceUuid: origin.ref['uuid'] ?? '',
          within: within.top,
          withinUuid: within.uuid,
          name: file,
          ...(byNumber ? {} : { deleted: 'by path' }),
          task: encodeName(task),
          run,
        };
        planned.push({
          origin,
          // One directory holds all that lie in the same subvolume.
          steps: [...(directories.has(directory) ? [] : [place]), step],
          bytes: 0,
          device: file,
          note: `read-only, ${where}; shares its space${byNumber ? '' : '; btrfs-progs before 5.6 will delete it by its path'}`,
          growth: SHARED_GROWTH,
        });
        directories.add(directory);
      }
      return planned;
    },

    async take(due) {
      const facts: Facts[] = [];
      for (const { noted } of due) facts.push(await (isPlace(noted) ? makePlace(noted, exec) : takeOne(noted)));
      return facts;
    },

    health: (steps) => Promise.all(steps.map((noted) => healthOf(noted, exec))),

    // What was not noted may have been left before it was made read-only.
    traces: (steps) =>
      Promise.all(
        steps.map(async (noted) => {
          const now = await subvolumeAt(noted.step['name'] ?? '', exec);
          const writable = noted.facts !== undefined && now !== undefined && isProven(now, noted) && !now.readOnly;
          return { bytes: undefined, done: writable ? 'made it writable' : undefined };
        }),
      ),

    handlers: [
      undoPlaces(exec),
      {
        kind: 'btrfs',
        undo: (steps) => removeSnapshots(steps, exec),
        dependsOn: ({ step: { name = '' }, facts }) => ({ is: facts?.['uuid'], on: [path.dirname(name)] }),
        describe: ({ step: { name = '' } }) => ({ what: `snapshot ${name}`, byHand: byHand(shellWord(name)) }),
      },
    ],

    async marked() {
      const found = [];
      for (const mount of mountedWritable('btrfs')) {
        const { point } = mount;
        const snapshots = await exec.run(listSnapshots(point)).catch((error: unknown) => {
          if (isFault(error) && error.code === 'tool.missing') return []; // none can have been taken without it
          throw error;
        });
        for (const { id, path: place } of snapshots) {
          const run = runOf(place);
          if (run === undefined) continue;
          const what = `snapshot ${place} in the btrfs at ${point}`;
          const directory = await directoryOf(place, mount, exec);
          const after = directory === undefined ? '' : ` && rmdir ${shellWord(directory)}`;
          found.push({ run, what, byHand: `${byHand(`--subvolid ${id} ${shellWord(point)}`)}${after}` });
        }
      }
      return found;
    },

    needs: () => ({ programs: ['btrfs'], modules: [] }),

    commands: (planned) => planned.flatMap(({ steps }) => steps.flatMap(commandsOf)),
  };
}

/** The commands that carry out and undo a step. */
function commandsOf(step: Step): readonly CommandPair[] {
  const { source = '', within, name = '' } = step;
  if (isPlace({ step })) return [placeCommands(step)];
  const inside = within === source;
  const then = inside ? [`rmdir ${shellWord(copyIn(name))}`, shellLine(makeReadOnly(name))] : [];
  return [
    {
      command: shellLine(snapshotSubvolume(source, name, inside ? 'writable' : 'read-only')),
      undo: byHand(shellWord(name)),
    },
    ...then.map((command) => ({ command, undo: '' })),
  ];
}

/** Where a snapshot shows the directory that it lies in, if that is in its origin. */
function copyIn(name: string): string {
  return path.join(name, path.basename(path.dirname(name)));
}

/** The directory of ours that holds a snapshot which btrfs lists; undefined: the mount does not show it. */
async function directoryOf(place: string, { root, point }: MountEntry, exec: Exec): Promise<string | undefined> {
  const directory = path.dirname(place);
  if (runOf(`${directory}/0.`) === undefined) return undefined;
  const fromTop = path.relative(root, `/${directory}`);
  for (const below of [directory, ...(fromTop.startsWith('..') ? [] : [fromTop])]) {
    const file = path.join(point, below);
    if ((await lookAt(file, exec))?.kind === 'directory') return file;
  }
  return undefined;
}

/** The top directory of the subvolume that holds a path; undefined: it is not on btrfs, or the mount does not reach to it. */
async function topBehind({ real, mount }: Backing, exec: Exec): Promise<string | undefined> {
  return mount?.type === 'btrfs' ? topOf(real, mount.point, exec) : undefined;
}

/** Why a path on btrfs has no subvolume that we could reach; undefined: it is not on btrfs. */
function whyNoTop({ mount }: Backing): string | undefined {
  return mount?.type === 'btrfs' ? `${mount.point} shows only a part of its subvolume` : undefined;
}
