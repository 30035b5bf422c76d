import fs from 'node:fs';
import path from 'node:path';
import { formatBytes } from '../core/bytes.ts';
import { Fault, isFault } from '../core/fault.ts';
import { encodeName } from '../core/names.ts';
import type { Health, Origin, PlannedSnapshot, Progress, Provider } from '../core/provider.ts';
import { shellWord } from '../core/shell.ts';
import type { Facts, NotedStep, Outcome } from '../core/step.ts';
import { errorCode } from '../core/trust.ts';
import { placeOf, whatHolds } from '../system/behind.ts';
import { imageBytes } from '../system/blockdev.ts';
import { shellLine, type Exec } from '../system/command.ts';
import { copyImage, copyWords, type CopyHow } from '../system/cp.ts';
import { saysFull } from '../system/full.ts';
import { directoriesOf, findImages, isPattern, whyNoImage, type Image } from './file/images.ts';
import { SNAPSHOT, besideName, SHARED_GROWTH } from './beside.ts';
import { identityOf, isResized, makeFile, removeFile, renamedTo, type State, stateOf } from './file/proof.ts';
import { openSource, type Source } from './file/source.ts';
import { whyNot } from '../core/why.ts';

/** File systems where files can share their blocks: ioctl_ficlonerange(2), `remap_file_range` in Linux 6.1. */
const SHARING = ['xfs', 'btrfs', 'ocfs2'];

/** How often the progress of a copy is told. */
const TELL_MS = 500;

/** Snapshots of raw image files, beside them: by sharing their blocks where the file system can, else copied if that is wanted. */
export function createFile(exec: Exec, progress: Progress, checkInterrupted: () => void): Provider {
  const inodes = new WeakMap<Origin, string>();
  const copied = new WeakSet<Origin>();
  const mayCopy = new WeakSet<Origin>();
  const directories = new Set<string>();
  const howOf = (origin: Origin): CopyHow => (copied.has(origin) ? 'copy' : 'share');

  /** What is wrong with it, undefined if nothing is. */
  const fill = async (
    origin: Origin,
    source: Source,
    name: string,
    descriptor: number,
  ): Promise<readonly string[] | undefined> => {
    if (howOf(origin) === 'share') {
      const complaint = await copyImage(source.path, descriptor, 'share', exec);
      // An XFS may be made without reflink, a file on btrfs be exempt from copy-on-write.
      if (!complaint || saysFull(complaint) || !mayCopy.has(origin)) return complaint;
      copied.add(origin);
      checkSpace([{ device: name, bytes: source.usedBytes() }]);
    }
    const [before, total] = [source.changed(), source.usedBytes()];
    const tell = (): void => progress(origin.label, Math.min(usedBytes(name), Math.max(0, total - 1)), total);
    const timer = setInterval(tell, TELL_MS);
    const complaint = await copyImage(source.path, descriptor, 'copy', exec).finally(() => clearInterval(timer));
    progress(origin.label, total, total);
    // A copy takes its time; one of an image in use would be of no instant at all.
    if (!complaint && source.changed() !== before) {
      throw new Fault('snapshot.failed', `${origin.label} was written to while it was copied`, {
        hint: `stop what uses it, or keep it on ${SHARING.join(', ')}`,
      });
    }
    return complaint;
  };

  return {
    kind: 'file',

    async find(asked) {
      const behind = whatHolds(asked);
      if (behind.kind !== 'file') return { claims: false, why: 'no image file' };
      const unfit = whyNoImage(behind.real);
      if (unfit) return { claims: false, why: `the file ${unfit.reason}` };
      const shares = SHARING.includes(behind.mount?.type ?? '');
      const how = shares ? '' : ', where it can only be copied (copy: true)';
      return { claims: true, why: `an image file ${placeOf(behind)}${how}; write file: ${asked}` };
    },

    async resolve(source) {
      if (source.kind !== 'file') return undefined;
      const { images, leftOut } = findImages(source.glob);
      const each = isPattern(source.glob);
      const origins = images.map((image) => {
        const origin = originOf(image, each);
        inodes.set(origin, identityOf(image.file) ?? '');
        if (source.copy) mayCopy.add(origin);
        if (!sharesBlocks(image.file)) {
          if (!source.copy) throw cannotShare(image.file);
          copied.add(origin);
        }
        directories.add(path.dirname(image.file));
        return origin;
      });
      return { origins, leftOut };
    },

    async plan(origins, _size, { task, run }) {
      const planned = origins.map((origin, index): PlannedSnapshot => {
        const name = path.join(path.dirname(origin.device), besideName(origin.device, run, index));
        if (fs.existsSync(name)) throw new Fault('snapshot.not-ours', `${name} is there already`);
        const step = { kind: 'file', label: origin.label, source: origin.device, name, task: encodeName(task), run };
        const copy = howOf(origin) === 'copy';
        return {
          origin,
          step: { ...step, directory: identityOf(path.dirname(name)) ?? '', since: String(Date.now()) },
          bytes: copy ? usedBytes(origin.device) : 0,
          device: name,
          note: copy ? `a copy, ${formatBytes(usedBytes(origin.device))}` : 'shares the blocks of the image',
          growth: SHARED_GROWTH,
        };
      });
      checkSpace(planned);
      return planned;
    },

    async take(planned) {
      const facts: Facts[] = [];
      for (const { step, origin } of planned) {
        checkInterrupted();
        const { name = '' } = step;
        const made = await makeFile(name, async (descriptor) => {
          const source = openSource(origin, inodes.get(origin));
          const complaint = await fill(origin, source, name, descriptor).finally(source.close);
          if (complaint) throw notTaken(origin, complaint, howOf(origin));
        }).catch((error: unknown) => {
          const code = isFault(error) ? undefined : errorCode(error);
          throw code === undefined ? error : notTaken(origin, [`${name}: ${whyNot(error)}`], 'copy');
        });
        facts.push(made);
      }
      return facts;
    },

    health: async (steps) => steps.map(healthOf),

    remove: (steps) => Promise.resolve(steps.map((noted) => removeOne(noted, directories))),

    marked: async (_when, sources = []) => {
      const known = sources.flatMap((source) => (source.kind === 'file' ? directoriesOf(source.glob) : []));
      return [...new Set([...directories, ...known])].flatMap((directory) =>
        fs.readdirSync(directory).flatMap((name) => {
          const run = SNAPSHOT.exec(name)?.[1];
          const file = path.join(directory, name);
          return run === undefined ? [] : [{ run, what: `snapshot ${file}`, byHand: `rm ${shellWord(file)}` }];
        }),
      );
    },

    rests: ({ facts }) => ({ is: facts?.['uuid'], on: [] }),

    describe: ({ step: { name = '' } }) => ({ what: `snapshot ${name}`, byHand: `rm ${shellWord(name)}` }),

    needs: () => ({ programs: ['cp'], modules: [] }),

    commands: (planned) => ({
      take: planned.map(({ origin, step: { name = '' } }) =>
        shellLine({ tool: 'cp', argv: copyWords(origin.device, name, howOf(origin)) }),
      ),
      remove: planned.map(({ step: { name = '' } }) => `rm ${shellWord(name)}`),
    }),
  };
}

function notTaken(origin: Origin, complaint: readonly string[], how: CopyHow): Fault {
  const full = saysFull(complaint);
  return new Fault(full ? 'snapshot.no-space' : 'snapshot.failed', `no snapshot could be taken of ${origin.label}`, {
    detail: complaint,
    hint: full || how === 'copy' ? '' : `set copy: true if a copy will do`,
  });
}

function originOf({ file, parts }: Image, each: boolean): Origin {
  return {
    provider: 'file',
    label: file,
    directory: each ? parts : [],
    bytes: imageBytes(file) ?? 0,
    shape: 'image',
    device: file,
    subdirectory: undefined,
    asked: undefined,
  };
}

function sharesBlocks(file: string): boolean {
  return SHARING.includes(whatHolds(file).mount?.type ?? '');
}

function cannotShare(file: string): Fault {
  return new Fault(
    'origin.unsuitable',
    `${file} can't be an origin: it is ${placeOf(whatHolds(file))}, where files can't share blocks`,
    {
      hint: `keep images on ${SHARING.join(', ')}, or set copy: true where nothing writes to them during the copy`,
    },
  );
}

/** 0 for what is not there any more. */
function usedBytes(file: string): number {
  return (fs.statSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
}

/** Throws `snapshot.no-space` where the copies don't fit into what is free. */
function checkSpace(planned: readonly Pick<PlannedSnapshot, 'device' | 'bytes'>[]): void {
  const wanted = new Map<number, { directory: string; bytes: number }>();
  for (const { device, bytes } of planned) {
    const directory = path.dirname(device);
    const { dev } = fs.statSync(directory);
    wanted.set(dev, { directory, bytes: (wanted.get(dev)?.bytes ?? 0) + bytes });
  }
  for (const { directory, bytes } of wanted.values()) {
    const { bavail, bsize } = fs.statfsSync(directory);
    if (bytes <= bavail * bsize) continue;
    throw new Fault(
      'snapshot.no-space',
      `not enough space beside the images in ${directory}: the copies need ${formatBytes(bytes)}, ${formatBytes(bavail * bsize)} are free`,
    );
  }
}

function healthOf(noted: NotedStep): Health {
  const { name = '', label } = noted.step;
  let state: State;
  let resized = false;
  try {
    state = stateOf(noted);
    resized = state === 'ours' && isResized(noted);
  } catch (error) {
    const reason = `${label}: its snapshot ${name} can't be looked at (${whyNot(error)})`;
    return { kind: 'unknown', reason, fill: undefined, bytes: 0 };
  }
  const reason = {
    ours: resized ? 'was made larger or smaller' : undefined,
    gone: 'is gone: somebody deleted it',
    foreign: 'is not the one that was taken',
    absent: 'is not there: its file system is not mounted',
  }[state];
  return {
    kind: reason === undefined ? 'good' : 'bad',
    reason: reason && `${label}: its snapshot ${name} ${reason}`,
    fill: undefined,
    bytes: 0,
  };
}

function removeOne(noted: NotedStep, directories: Set<string>): Outcome {
  const { name = '' } = noted.step;
  const directory = path.dirname(name);
  try {
    const state = stateOf(noted);
    if (state === 'foreign') {
      return {
        kind: 'left',
        reason: 'a file of this name is there, but not the snapshot that this run took',
        foreign: true,
      };
    }
    if (state === 'absent')
      return { kind: 'left', reason: `${directory} is not what it was: is it mounted?`, absent: true };
    const now = state === 'gone' ? renamedTo(noted) : undefined;
    if (now !== undefined) {
      const file = path.join(directory, now);
      return {
        kind: 'left',
        reason: `somebody renamed it to ${file}`,
        byHand: `look whose it is: ls -l ${shellWord(file)}`,
      };
    }
    if (state === 'ours') removeFile(name, directory);
    directories.add(directory);
    return { kind: 'undone' };
  } catch (error) {
    return { kind: 'left', reason: whyNot(error) };
  }
}
