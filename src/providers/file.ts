import path from 'node:path';
import { formatBytes } from '../core/text/bytes.ts';
import { adoptedOutcome, adoptionOf } from '../core/run/adopted.ts';
import { Fault } from '../core/model/fault.ts';
import { hasWildcards } from '../core/text/glob.ts';
import { encodeName, SNAPSHOT } from '../core/model/names.ts';
import type { Progress, Provider } from '../core/ports/provider.ts';
import type { Health, Origin, PlannedSnapshot } from '../core/model/snapshot.ts';
import { shellWord } from '../core/text/shell.ts';
import type { Facts, NotedStep, Outcome } from '../core/model/step.ts';
import { errorCode } from '../core/files/trust.ts';
import type { Inode } from '../foreign/inodes.ts';
import { placeOf, backingOf, type Backing } from '../system/kernel/backing.ts';
import { devicesBelow } from '../system/kernel/stack.ts';
import { readLoops } from '../system/kernel/loops.ts';
import { shellLine, type Exec } from '../system/command.ts';
import { copyWords, type CopyHow } from '../system/tools/cp.ts';
import { readMounts } from '../system/kernel/mountinfo.ts';
import { whyNot } from '../core/text/why.ts';
import { besideName, SHARED_GROWTH } from './beside.ts';
import { shownImages } from '../system/kernel/shown.ts';
import { isResized, renamedTo, stateOf } from './file/proof.ts';
import { cannotShare, canShare, imagesAmong, originOf } from './file/origins.ts';
import { checkSpace, makeSnapshot } from './file/take.ts';

/** Snapshots of raw image files, beside them: by sharing their blocks where the file system can, else copied if that is wanted. */
export function createFile(exec: Exec, progress: Progress, checkInterrupted: () => void): Provider {
  const directories = new Set<string>();

  return {
    kind: 'file',

    async find(asked) {
      const behind = await backingOf(asked, exec);
      if (behind.kind !== 'file') return { claims: false, why: await whyNoFile(behind, exec) };
      const unfit = await exec.ask('imageFault', { file: behind.real });
      if (unfit) return { claims: false, why: `the file ${unfit.reason}` };
      const shares = canShare(behind.mount);
      const how = shares ? '' : ', where it can only be copied (copy: true)';
      return { claims: true, why: `an image file ${placeOf(behind)}${how}; write file: ${asked}` };
    },

    async resolve(source) {
      if (source.kind === 'disks' || source.kind === 'images') {
        const disks = source.kind === 'images' ? source.images : source.paths.map((disk) => ({ path: disk }));
        const found = await imagesAmong(disks, exec);
        for (const { device } of found.origins) directories.add(path.dirname(device));
        return found;
      }
      if (source.kind !== 'file') return undefined;
      const { images, leftOut } = await exec.ask('findImages', { file: source.glob }).catch((error: unknown) => {
        throw errorCode(error) === 'tool.timeout' ? unanswered(source.glob, error) : error;
      });
      const mounts = readMounts();
      const origins = images.map((image) => {
        const mount = mounts.find(({ id }) => id === image.standing.mount);
        const shares = canShare(mount);
        if (!shares && !source.copy) throw cannotShare(image.file, mount);
        directories.add(path.dirname(image.file));
        const copy = shares ? (source.copy ? 'at need' : 'never') : 'always';
        return originOf(image, hasWildcards(source.glob), copy);
      });
      return { origins, leftOut };
    },

    async plan(origins, _size, { task, run }) {
      const planned: PlannedSnapshot[] = [];
      for (const [index, origin] of origins.entries()) {
        const name = path.join(path.dirname(origin.device), besideName(origin.device, run, index));
        if (await exec.ask('lookUp', { file: name })) {
          throw new Fault('snapshot.not-ours', `${name} is there already`);
        }
        const step = { kind: 'file', label: origin.label, source: origin.device, name, task: encodeName(task), run };
        // What is written to one in layers makes it larger.
        const grows = origin.image ? { grows: 'yes' } : {};
        const used = Number(origin.ref['used']);
        const copy = howOf(origin) === 'copy';
        planned.push({
          origin,
          steps: [{ ...step, ...grows, directory: origin.ref['directory'] ?? '', since: String(Date.now()) }],
          bytes: copy ? used : 0,
          device: name,
          note: copy ? `a copy, ${formatBytes(used)}` : 'shares the blocks of the image',
          growth: SHARED_GROWTH,
        });
      }
      await checkSpace(planned, exec);
      return planned;
    },

    async take(due) {
      const facts: Facts[] = [];
      for (const { noted, snapshot } of due) {
        checkInterrupted();
        const { origin } = snapshot;
        const making = {
          origin,
          name: noted.step['name'] ?? '',
          identity: origin.ref['inode'],
          how: howOf(origin),
          mayCopy: origin.ref['copy'] !== 'never',
        };
        facts.push(await makeSnapshot(making, exec, progress));
      }
      return facts;
    },

    health: (steps) => oneByOne(steps, (noted) => healthOf(noted, exec)),

    traces: (steps) =>
      Promise.resolve(
        steps.map(({ step: { name = '' }, facts }) => {
          const id = facts?.['uuid']?.replace(/^file:/, '');
          return { bytes: undefined, done: undefined, at: { file: { path: name, id } } };
        }),
      ),

    handlers: [
      {
        kind: 'file',
        undo: (steps) => oneByOne(steps, (noted) => removeOne(noted, directories, exec)),
        dependsOn: ({ facts }) => ({ is: facts?.['uuid'], on: [] }),
        describe: ({ step: { name = '' } }) => ({ what: `snapshot ${name}`, byHand: removeByHand(name) }),
      },
    ],

    marked: async (_when, sources = []) => {
      const known = new Set(directories);
      for (const source of sources) {
        if (source.kind !== 'file') continue;
        for (const directory of await exec.ask('directoriesOf', { file: source.glob })) known.add(directory);
      }
      const marks = await oneByOne([...known], async (directory) =>
        (await exec.ask('namesIn', { file: directory })).flatMap((name) => {
          const run = SNAPSHOT.exec(name)?.[1];
          const file = path.join(directory, name);
          return run === undefined ? [] : [{ run, what: `snapshot ${file}`, byHand: removeByHand(file) }];
        }),
      );
      return [...marks.flat(), ...shownImages()];
    },

    needs: () => ({ programs: ['cp'], modules: [] }),

    commands: (planned) =>
      planned.map(({ origin, device }) => ({
        command: shellLine({ tool: 'cp', argv: copyWords(origin.device, device, howOf(origin)) }),
        undo: removeByHand(device),
      })),
  };
}

function removeByHand(file: string): string {
  return `rm ${shellWord(file)}`;
}

/** A path may be in an image that is mounted. */
async function whyNoFile({ mount }: Backing, exec: Exec): Promise<string> {
  const below = mount && devicesBelow(mount.device, await readLoops(exec)).at(-1)?.number;
  const loop = (await readLoops(exec)).find(({ number }) => number === below);
  return loop && loop.below === undefined
    ? `not an image file, but inside one: on ${loop.device} over ${loop.backing}; write file: ${loop.backing}`
    : 'not an image file';
}

/** One after the other: they ask one process. */
async function oneByOne<T, R>(items: readonly T[], action: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await action(item));
  return results;
}

function unanswered(glob: string, cause: unknown): Fault {
  return new Fault('origin.unknown', `cannot search for ${glob}: its file system does not answer`, {
    hint: `look at the disk or server that holds it: dmesg, mount`,
    cause,
  });
}

function howOf({ ref }: Origin): CopyHow {
  return ref['copy'] === 'always' ? 'copy' : 'share';
}

async function healthOf(noted: NotedStep, exec: Exec): Promise<Health> {
  const { name = '', label } = noted.step;
  let looked: { readonly state: keyof typeof SICK; readonly inode: Inode | undefined };
  try {
    looked = await stateOf(noted, exec);
  } catch (error) {
    const reason = `${label}: its snapshot ${name} can't be looked at (${whyNot(error)})`;
    return { kind: 'unknown', reason, fill: undefined, bytes: 0 };
  }
  const { state, inode } = looked;
  const resized =
    state === 'ours' && noted.step['grows'] === undefined && inode !== undefined && isResized(inode, noted.facts);
  const reason = resized ? 'was made larger or smaller' : SICK[state];
  return {
    kind: reason === undefined ? 'good' : 'bad',
    reason: reason && `${label}: its snapshot ${name} ${reason}`,
    fill: undefined,
    bytes: 0,
  };
}

const SICK = {
  ours: undefined,
  gone: 'is gone: somebody deleted it',
  foreign: 'is not the one that was taken',
  absent: 'is not there: its file system is not mounted',
} as const;

async function removeOne(noted: NotedStep, directories: Set<string>, exec: Exec): Promise<Outcome> {
  const { name = '' } = noted.step;
  const directory = path.dirname(name);
  try {
    const { state } = await stateOf(noted, exec);
    if (state === 'foreign') {
      return {
        kind: 'left',
        reason: 'a file of this name is there, but not the snapshot that this run took',
        foreign: true,
      };
    }
    if (state === 'absent')
      return { kind: 'left', reason: `${directory} is not what it was: is it mounted?`, absent: true };
    const now = state === 'gone' ? await renamedTo(noted, exec) : undefined;
    if (now !== undefined) {
      const file = path.join(directory, now);
      return {
        kind: 'left',
        reason: `somebody renamed it to ${file}`,
        byHand: `find out who owns it: ls -l ${shellWord(file)}`,
      };
    }
    const adoption = adoptionOf(noted);
    if (state === 'ours' && adoption !== undefined) return adoptedOutcome(adoption);
    if (state === 'ours') await exec.ask('removeFile', { file: name });
    directories.add(directory);
    return { kind: 'undone' };
  } catch (error) {
    return { kind: 'left', reason: whyNot(error) };
  }
}
