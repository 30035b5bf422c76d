import path from 'node:path';
import { Fault, isFault } from '../../core/model/fault.ts';
import type { Origin } from '../../core/model/snapshot.ts';
import type { CommandPair } from '../../core/ports/devices.ts';
import { shellWord } from '../../core/text/shell.ts';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../../core/model/step.ts';
import { errorCode } from '../../core/files/trust.ts';
import { whyNot } from '../../core/text/why.ts';
import type { Exec } from '../../system/command.ts';
import { mountAt, readMounts, type MountEntry } from '../../system/kernel/mountinfo.ts';
import { directoryName } from '../beside.ts';
import { lookAt, subvolumeAt, topOf } from './subvolumes.ts';

/** The kind of step that makes the directory for a run's snapshots. */
const PLACE = 'btrfs-directory';

/** A subvolume that can be written to. */
export interface Within {
  /** Its top directory. */
  readonly top: string;
  readonly uuid: string;
}

/**
 * Where the snapshots of a subvolume can lie: in itself, or where that can't be written to (a received backup, an archive)
 * in another one of its file system: one that is above it, else one that is mounted. Throws `origin.unsuitable`.
 */
export async function placeFor({ device: top, ref }: Origin, exec: Exec): Promise<Within> {
  const mounts = readMounts();
  const mount = mounts.find(({ id }) => String(id) === ref['mount']);
  const readOnly = ref['access'] === 'read-only';
  const isWritable = (entry: MountEntry | undefined): boolean => entry?.options.split(',').includes('rw') ?? false;
  if (!readOnly && isWritable(mount)) return { top, uuid: ref['uuid'] ?? '' };
  const above = isWritable(mount) && top !== mount?.point ? [[path.dirname(top), mount?.point ?? '/'] as const] : [];
  const others = mounts
    .filter((entry) => entry.device === mount?.device && isWritable(entry) && mountAt(entry.point, mounts) === entry)
    .map(({ point }) => [point, point] as const);
  const tried = new Set<string>();
  for (const [start, point] of [...above, ...others]) {
    for (let at = await topOf(start, point, exec); at !== undefined && !tried.has(at);) {
      tried.add(at);
      const subvolume = await subvolumeAt(at, exec);
      if (subvolume && !subvolume.readOnly) return { top: at, uuid: subvolume.uuid };
      at = at === point ? undefined : await topOf(path.dirname(at), point, exec);
    }
  }
  const what = readOnly ? `the subvolume ${top} is read-only` : `${mount?.point ?? top} is mounted read-only`;
  throw new Fault(
    'origin.unsuitable',
    `${what}, and no other subvolume of this file system is mounted writable, so there is no place for the snapshot`,
    {
      hint: `mount its top directory so that root can write to it: mount -o subvolid=5 ${shellWord(mount?.source ?? 'DEVICE')} DIRECTORY`,
    },
  );
}

/** The directory of a run in a subvolume: root's alone, whoever may enter the subvolume, since a snapshot has the rights of the past. */
export function placeStep({ top, uuid }: Within, run: string): Step {
  return { kind: PLACE, directory: path.join(top, directoryName(run)), within: top, withinUuid: uuid };
}

export function isPlace({ step }: Pick<NotedStep, 'step'>): boolean {
  return step.kind === PLACE;
}

/** The commands that make and remove the directory, for people. */
export function placeCommands({ directory = '' }: Step): CommandPair {
  return { command: `mkdir -m 700 ${shellWord(directory)}`, undo: `rmdir ${shellWord(directory)}` };
}

/** Makes the directory; the facts distinguish it from a later one of the same name. Throws `snapshot.failed`, `snapshot.not-ours`. */
export async function makePlace({ step: { directory = '' } }: NotedStep, exec: Exec): Promise<Facts> {
  const failed = (why: string): Fault =>
    new Fault('snapshot.failed', `the directory ${directory} can't be made: ${why}`);
  await exec.ask('makeDirectory', { file: directory }).catch((error: unknown) => {
    if (isFault(error)) throw error;
    if (errorCode(error) === 'EEXIST') throw new Fault('snapshot.not-ours', `${directory} is there already`);
    throw failed(whyNot(error));
  });
  const made = await identityOf(directory, exec);
  if (made === undefined) throw failed('it is gone again');
  return { made };
}

/** Whether it is still a directory that nobody but root can look into: whoever may write beside it can put another in its place. */
export async function isPrivate(directory: string, exec: Exec): Promise<boolean> {
  const inode = await lookAt(directory, exec);
  return inode?.kind === 'directory' && inode.owner === 0 && (inode.mode & 0o077) === 0;
}

/** Removes such directories, and only if they are empty. */
export function undoPlaces(exec: Exec): UndoHandler {
  return {
    kind: PLACE,

    async undo(steps) {
      const outcomes: Outcome[] = [];
      for (const step of steps) outcomes.push(await undoPlace(step, exec));
      return outcomes;
    },

    dependsOn: ({ step: { directory } }) => ({ is: directory, on: [] }),

    describe: ({ step: { directory = '' } }) => ({
      what: `directory ${directory}`,
      byHand: `rmdir ${shellWord(directory)}`,
    }),
  };
}

async function undoPlace({ step, facts }: NotedStep, exec: Exec): Promise<Outcome> {
  const { directory = '', within = '', withinUuid } = step;
  const now = await identityOf(directory, exec);
  if (now === undefined) {
    if ((await subvolumeAt(within, exec))?.uuid === withinUuid) return { kind: 'undone' };
    return { kind: 'left', reason: `subvolume ${within} is not there: is it mounted?`, absent: true };
  }
  // After a crash nothing was noted; then it is enough that it is empty and root's alone.
  if (facts?.['made'] === undefined ? !(await isPrivate(directory, exec)) : facts['made'] !== now) {
    return { kind: 'left', reason: 'it is not the directory that was made', foreign: true };
  }
  try {
    await exec.ask('removeDirectory', { file: directory });
    return { kind: 'undone' };
  } catch (error) {
    if (isFault(error)) throw error;
    const code = errorCode(error);
    if (code === 'ENOENT') return { kind: 'undone' };
    return { kind: 'left', reason: code === 'ENOTEMPTY' ? 'it is not empty' : `it can't be removed: ${whyNot(error)}` };
  }
}

async function identityOf(directory: string, exec: Exec): Promise<string | undefined> {
  const inode = await lookAt(directory, exec);
  return inode && `${inode.kind}.${inode.inode}.${inode.born}`;
}
