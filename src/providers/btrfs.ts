import fs from 'node:fs';
import path from 'node:path';
import { adoptedOutcome, adoptionOf } from '../core/adopted.ts';
import { Fault, isFault } from '../core/fault.ts';
import { encodeName, SNAPSHOT } from '../core/names.ts';
import type { LeftOut, Origin, Provider } from '../core/provider.ts';
import { shellWord } from '../core/shell.ts';
import type { Facts, NotedStep, Outcome } from '../core/step.ts';
import { checkDirectory, leftOutOf, placeOf, whatHolds, type Behind } from '../system/behind.ts';
import {
  deleteSubvolume,
  listBelow,
  listSnapshots,
  placeOfSubvolume,
  showSubvolume,
  snapshotSubvolume,
  type Subvolume,
} from '../system/btrfs.ts';
import { shellLine, type Exec } from '../system/command.ts';
import { saysFull } from '../system/full.ts';
import { mountedWritable } from '../system/mountinfo.ts';
import { besideName, SHARED_GROWTH } from './beside.ts';
import { whyNot } from '../core/why.ts';

/** The inode number of the top directory of every subvolume, and of nothing else: BTRFS_FIRST_FREE_OBJECTID. */
const TOP = 256;

interface Found {
  readonly top: string;
  readonly behind: Behind;
  readonly subvolume: Subvolume;
}

/**
 * Snapshots of btrfs subvolumes, read-only, in the top directory of the subvolume itself: what it is mounted by need not
 * reach any other place of the file system. The snapshot holds what is in the subvolume, and not what is in others below.
 */
export function createBtrfs(exec: Exec): Provider {
  const foundOf = new WeakMap<Origin, Found>();
  const originOf = async (asked: string, behind: Behind, top: string): Promise<Origin> => {
    const subvolume = await subvolumeAt(top, exec);
    if (!subvolume) throw new Fault('origin.unsuitable', `${asked}: ${top} is no subvolume of btrfs`);
    const origin: Origin = {
      provider: 'btrfs',
      label: top,
      directory: [],
      bytes: 0,
      shape: 'directory',
      device: top,
      subdirectory: path.relative(top, behind.real) || undefined,
      asked,
    };
    foundOf.set(origin, { top, behind, subvolume });
    return origin;
  };

  return {
    kind: 'btrfs',

    async find(asked) {
      const behind = await whatHolds(asked, exec);
      const top = await topOf(behind, exec);
      if (top === undefined) return { claims: false, why: whyNoTop(behind) ?? 'not on btrfs' };
      const directory = behind.kind === 'directory';
      const why = `in the btrfs subvolume ${top}, ${placeOf(behind)}`;
      return { claims: directory, why: directory ? why : `no directory, but a file ${why}` };
    },

    async resolve(source) {
      if (source.kind !== 'subvolume' && source.kind !== 'path') return undefined;
      const behind = await whatHolds(source.path, exec);
      const top = await topOf(behind, exec);
      if (top === undefined) {
        if (source.kind === 'path') return undefined;
        const why = whyNoTop(behind) ?? `it is ${placeOf(behind)}`;
        throw new Fault('origin.unsuitable', `${source.path} is no subvolume of btrfs: ${why}`);
      }
      checkDirectory(source.path, behind);
      if (source.kind === 'subvolume' && top !== behind.real) {
        throw new Fault('origin.unsuitable', `${source.path} is no subvolume, but a directory of ${top}`, {
          hint: `write path: ${source.path}`,
        });
      }
      const origin = await originOf(source.path, behind, top);
      return { origins: [origin], leftOut: [...(await nestedIn(top, behind, exec)), ...leftOutOf(behind)] };
    },

    async plan(origins, _size, { task, run }) {
      return origins.map((origin, index) => {
        const found = foundOf.get(origin);
        if (!found) throw new Error(`${origin.label} was not resolved by this provider`);
        const { top, subvolume } = found;
        const file = path.join(top, besideName(top, run, index));
        if (fs.existsSync(file)) throw new Fault('snapshot.not-ours', `${file} is there already`);
        return {
          origin,
          step: {
            kind: 'btrfs',
            label: top,
            source: top,
            sourceUuid: subvolume.uuid,
            name: file,
            task: encodeName(task),
            run,
          },
          bytes: 0,
          device: file,
          note: 'read-only, in the subvolume itself; shares its space',
          growth: SHARED_GROWTH,
        };
      });
    },

    async take(planned) {
      const facts: Facts[] = [];
      for (const { step } of planned) {
        const { source = '', name = '' } = step;
        const complaint = await exec.run(snapshotSubvolume(source, name));
        const taken = await subvolumeAt(name, exec);
        if (!taken?.readOnly || !isProven(taken, { step, facts: undefined })) {
          const code = saysFull(complaint ?? []) ? 'snapshot.no-space' : 'snapshot.failed';
          throw new Fault(code, `btrfs took no snapshot of ${source}`, { detail: complaint ?? [] });
        }
        const { uuid, id, generation } = taken;
        facts.push({ uuid, id, generation, bytes: '0' });
      }
      return facts;
    },

    health: (steps) =>
      Promise.all(
        steps.map(async (noted) => {
          const { name = '', label } = noted.step;
          const now = await subvolumeAt(name, exec);
          const reason = !now
            ? 'is gone: somebody deleted it'
            : !isProven(now, noted)
              ? 'is not the one that was taken'
              : now.readOnly && (noted.facts?.['generation'] ?? now.generation) === now.generation
                ? undefined
                : 'was made writable, and may have been changed';
          return {
            kind: reason === undefined ? ('good' as const) : ('bad' as const),
            reason: reason && `${label}: its snapshot ${name} ${reason}`,
            fill: undefined,
            bytes: 0,
          };
        }),
      ),

    traces: (steps) =>
      Promise.all(
        steps.map(async (noted) => {
          const now = await subvolumeAt(noted.step['name'] ?? '', exec);
          const writable = now !== undefined && isProven(now, noted) && !now.readOnly;
          return { bytes: undefined, done: writable ? 'made it writable' : undefined };
        }),
      ),

    async remove(steps) {
      const before = await Promise.all(steps.map(({ step }) => subvolumeAt(step['name'] ?? '', exec)));
      const elsewhere = new Map<NotedStep, Outcome>();
      for (const noted of steps) {
        const outcome = mayBeThere(noted.step['name'] ?? '') ? undefined : await missing(noted, exec);
        if (outcome) elsewhere.set(noted, outcome);
      }
      const complaints = new Map<string, readonly string[] | undefined>();
      for (const [index, noted] of steps.entries()) {
        const { name = '', source = '' } = noted.step;
        const now = before[index];
        if (now && isProven(now, noted) && adoptionOf(noted) === undefined)
          complaints.set(name, await exec.run(deleteSubvolume(now.id, source)));
      }
      return steps.map((noted, index): Outcome => {
        const file = noted.step['name'] ?? '';
        const outcome = elsewhere.get(noted);
        if (outcome) return outcome;
        if (!mayBeThere(file)) return { kind: 'undone' };
        const adoption = adoptionOf(noted);
        if (adoption !== undefined && isProven(before[index], noted)) return adoptedOutcome(adoption);
        if (!complaints.has(file)) {
          return {
            kind: 'left',
            reason: 'something of this name is there, but not the snapshot that this run took',
            foreign: true,
          };
        }
        return { kind: 'left', reason: complaints.get(file)?.join('; ') ?? 'btrfs kept it' };
      });
    },

    async marked() {
      const found = [];
      for (const { point } of mountedWritable('btrfs')) {
        const snapshots = await exec.run(listSnapshots(point)).catch((error: unknown) => {
          if (isFault(error) && error.code === 'tool.missing') return []; // none can have been taken without it
          throw error;
        });
        for (const { id, path: place } of snapshots) {
          const run = SNAPSHOT.exec(path.basename(place))?.[1];
          const what = `snapshot ${place} in the btrfs at ${point}`;
          if (run !== undefined) found.push({ run, what, byHand: byHand(`--subvolid ${id} ${shellWord(point)}`) });
        }
      }
      return found;
    },

    rests: ({ facts }) => ({ is: facts?.['uuid'], on: [] }),

    describe: ({ step: { name = '' } }) => ({ what: `snapshot ${name}`, byHand: byHand(shellWord(name)) }),

    needs: () => ({ programs: ['btrfs'], modules: [] }),

    commands: (planned) => ({
      take: planned.map(({ step: { source = '', name = '' } }) => shellLine(snapshotSubvolume(source, name))),
      remove: planned.map(({ step: { name = '' } }) => byHand(shellWord(name))),
    }),
  };
}

function byHand(what: string): string {
  return `btrfs subvolume delete ${what}`;
}

/** What has become of a snapshot that is not at its place; undefined: it is gone. */
async function missing(
  { step: { source = '', sourceUuid }, facts }: NotedStep,
  exec: Exec,
): Promise<Outcome | undefined> {
  if ((await subvolumeAt(source, exec))?.uuid !== sourceUuid) {
    return { kind: 'left', reason: `subvolume ${source} is not there: is it mounted?`, absent: true };
  }
  const uuid = facts?.['uuid'];
  const place = uuid === undefined ? undefined : await exec.run(placeOfSubvolume(uuid, source));
  if (place === undefined) return undefined;
  return {
    kind: 'left',
    reason: `somebody renamed it: it is ${place} in its file system`,
    byHand: `look whose it is: btrfs subvolume list -u ${shellWord(source)}`,
  };
}

/** Undefined: none is there. Throws `tool.failed` where that can't be told. */
async function subvolumeAt(file: string, exec: Exec): Promise<Subvolume | undefined> {
  let stat: fs.Stats | undefined;
  try {
    stat = fs.lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    throw new Fault('tool.failed', `${file} can't be looked at: ${whyNot(error)}`);
  }
  return stat?.isDirectory() && stat.ino === TOP ? exec.run(showSubvolume(file)) : undefined;
}

/** The top directory of the subvolume that holds a path, as far as its mount reaches; undefined: it is not on btrfs. */
async function topOf({ real, mount }: Behind, exec: Exec): Promise<string | undefined> {
  if (mount?.type !== 'btrfs') return undefined;
  return exec.ask('aboveWithInode', { file: real, least: mount.point, inode: String(TOP) });
}

/** Why a path on btrfs has no subvolume that we could reach; undefined: it is not on btrfs. */
function whyNoTop({ mount }: Behind): string | undefined {
  return mount?.type === 'btrfs' ? `the mount ${mount.point} does not reach to the top of its subvolume` : undefined;
}

/** Subvolumes below the path are empty directories in the snapshot. */
async function nestedIn(top: string, { real, mount, within }: Behind, exec: Exec): Promise<readonly LeftOut[]> {
  const below = await exec.run(listBelow(top));
  const root = mount?.root === '/' ? '' : (mount?.root ?? '').slice(1);
  return below.flatMap((one) => {
    if (!one.startsWith(within === '' ? '' : `${within}/`)) return [];
    const label = path.join(mount?.point ?? real, path.relative(root, one));
    const ours = SNAPSHOT.test(path.basename(one));
    const reason = ours ? 'is a snapshot of holdstill' : 'is a subvolume of its own, not in this snapshot';
    return [{ label, reason, harmless: ours }];
  });
}

/** By its UUID once that is known, else as a snapshot of its origin. */
function isProven(now: Subvolume | undefined, { step, facts }: Pick<NotedStep, 'step' | 'facts'>): boolean {
  const uuid = facts?.['uuid'];
  return now !== undefined && (uuid === undefined ? now.parentUuid === step['sourceUuid'] : now.uuid === uuid);
}

function mayBeThere(file: string): boolean {
  try {
    fs.lstatSync(file);
    return true;
  } catch (error) {
    // Whatever else is wrong, it can't be called gone.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
