import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, isFault } from '../core/model/fault.ts';
import type { FoundLayer } from '../core/model/image.ts';
import type { OriginImage } from '../core/model/snapshot.ts';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../core/model/step.ts';
import type { Images } from '../core/ports/images.ts';
import { shellWord } from '../core/text/shell.ts';
import { namesOf } from '../core/text/users.ts';
import { whyNot } from '../core/text/why.ts';
import { type Exec, shellLine } from '../system/command.ts';
import { fileUuid, readLoops } from '../system/kernel/loops.ts';
import { mountAt, type MountEntry, readMounts } from '../system/kernel/mountinfo.ts';
import { list, type Started } from '../system/kernel/processes.ts';
import { showersOf } from '../system/kernel/shown.ts';
import { readUses } from '../system/kernel/uses.ts';
import { layersOf, markOf } from '../system/layers.ts';
import { hasSystemd } from '../system/tools/systemd.ts';
import { unmount } from '../system/tools/mount.ts';
import { exportName, showImage, STORAGE_DAEMON } from '../system/tools/storagedaemon.ts';
import { DEVICE_PATIENCE_MS, retryUntilFree } from './retry.ts';

/** How long a process that was asked to end is waited for before it is killed. It has nothing to write. */
const END_MS = 1500;
const LOOK_MS = 20;

/** Images are shown by QEMU's own reader, each by a process of its own, as files in a directory that only root can enter. */
export function createImages(exec: Exec, directory: string): Images {
  const pointOf = (run: string, number: number): string => path.join(directory, `.image.${run}.${number}`);
  return {
    steps({ device, uuid, label }, { run }, number) {
      const point = pointOf(run, number);
      const image = { kind: 'image', label, run, number: String(number), point, snapshot: device, volume: uuid };
      return [{ kind: 'point', file: point }, image];
    },

    async show([point, shown], image) {
      if (!point || !shown) throw new Error('an image is shown by two steps');
      const { step } = shown;
      const { run = '', number = '', snapshot = '', label = '', point: file = '' } = step;
      const found = await layersOf(image, snapshot, exec);
      if (typeof found === 'string') throw new Fault('snapshot.failed', `${label} ${found}`);
      unchanged(label, image.below, found.layers.slice(1));
      await exec.ask('writeNew', { file, text: '' });
      await start(found.layers, step, exec);
      const [shower, ...more] = showersOf(run, number);
      const inode = await exec.ask('lookUp', { file });
      if (!shower || more.length > 0 || inode?.bytes !== found.bytes) throw cannot(label, 'it does not show it');
      await readBack(label, shower, found.layers, exec);
      const uuid = fileUuid({ dev: inode.dev, ino: BigInt(inode.inode) });
      const below = JSON.stringify(image.below.map(({ file: name, mark }) => [name, mark]));
      return [{}, { device: file, uuid, pid: shower.pid, start: shower.start, below }];
    },

    async disturbed(steps) {
      const found: (string | undefined)[] = [];
      for (const noted of steps) found.push(await whyDisturbed(noted, exec));
      return found;
    },

    commands(device, image, { run }, number) {
      const point = pointOf(run, number);
      const layers = [{ file: device, format: 'qcow2' }, ...image.below];
      const command = showImage(layers, exportName(run, String(number)), point, false);
      return { command: shellLine(command), undo: byArgument(run, String(number)) };
    },
  };
}

/** Where systemd does not let us, it ends with the caller's unit. */
async function start(layers: readonly FoundLayer[], step: Step, exec: Exec): Promise<void> {
  const { run = '', number = '', point = '', label = '' } = step;
  for (const aside of hasSystemd() ? [true, false] : [false]) {
    try {
      return await exec.run(showImage(layers, exportName(run, number), point, aside));
    } catch (error) {
      if (!isFault(error)) throw error;
      const again = aside && error.code !== 'tool.timeout' && showersOf(run, number).length === 0;
      if (!again) throw cannot(label, error.detail.at(-1) ?? error.message, error);
    }
  }
}

/** The command that ends what shows an image, where its number is not known. */
function byArgument(run: string, number: string): string {
  return `pkill -f ${shellWord(exportName(run, number))}`;
}

function cannot(label: string, why: string, cause?: unknown): Fault {
  return new Fault('snapshot.failed', `${STORAGE_DAEMON} can't show the snapshot of ${label}: ${why}`, { cause });
}

/** What lies below an image is no snapshot: whoever wrote to it since it was looked at has changed what the guest's disk was. */
function unchanged(label: string, before: OriginImage['below'], now: readonly FoundLayer[]): void {
  const other = before.find(({ mark }, index) => mark !== now[index]?.mark);
  if (other)
    throw new Fault('snapshot.failed', `${other.file}, which lies below ${label}, was written to a moment ago`);
}

/** It has open what it was given and no other file, whatever the images name and whatever has taken their places. */
async function readBack(label: string, { pid }: Started, layers: readonly FoundLayer[], exec: Exec): Promise<void> {
  const due = new Set(layers.map(({ mark }) => inodeIn(mark)));
  const open = new Set<string>();
  for (const name of list(`/proc/${pid}/fd`)) {
    const inode = await exec.ask('behindLink', { file: `/proc/${pid}/fd/${name}` });
    if (inode.kind === 'file') open.add(inodeIn(markOf(inode)));
  }
  if (open.size !== due.size || [...due].some((one) => !open.has(one))) {
    throw cannot(label, 'it has other files open than the layers of the image: somebody replaced one');
  }
}

function inodeIn(mark: string): string {
  return mark.split(' ').slice(0, 2).join(' ');
}

async function whyDisturbed({ step, facts }: NotedStep, exec: Exec): Promise<string | undefined> {
  if (!facts) return undefined;
  const { label = '', run = '', number = '' } = step;
  if (!showersOf(run, number).some((one) => isNoted(one, facts))) {
    return `${label}: ${STORAGE_DAEMON} (${facts['pid']}), which showed what is in its snapshot, ended while the task was open`;
  }
  for (const [file, mark] of JSON.parse(facts['below'] ?? '[]') as readonly [string, string][]) {
    const now = await exec.ask('behindLink', { file }).then(markOf, () => undefined);
    if (now !== mark)
      return `${label}: ${file}, which lies below it, was written to or replaced while the task was open`;
  }
  return undefined;
}

/** Before its facts were noted, the argument with the run is all there is. */
function isNoted({ pid, start }: Started, facts: Facts | undefined): boolean {
  return facts === undefined || (pid === facts['pid'] && start === facts['start']);
}

/** Ends the processes that show images, and no others; one that somebody else reads is waited for, and left. */
export function undoImages(exec: Exec): UndoHandler {
  return {
    kind: 'image',

    undo: (steps) =>
      retryUntilFree(DEVICE_PATIENCE_MS, exec, async () => {
        const outcomes: Outcome[] = [];
        for (const noted of steps) outcomes.push(await endOne(noted, exec).catch(left));
        return outcomes;
      }),

    dependsOn: ({ step: { point, volume }, facts }) => ({ is: facts?.['uuid'], on: [volume ?? '', point ?? ''] }),

    describe: ({ step: { snapshot = '', run = '', number = '' }, facts }) => ({
      what: `${STORAGE_DAEMON}${facts?.['pid'] === undefined ? '' : ` (${facts['pid']})`}, which shows ${snapshot}`,
      byHand: facts?.['pid'] === undefined ? byArgument(run, number) : `kill ${facts['pid']}`,
    }),
  };
}

function left(error: unknown): Outcome {
  return { kind: 'left', reason: whyNot(error) };
}

async function endOne({ step, facts }: NotedStep, exec: Exec): Promise<Outcome> {
  const { run = '', number = '', point = '' } = step;
  const entry = mountAt(point, readMounts());
  if (entry && entry.type !== 'fuse') {
    return { kind: 'left', reason: `${entry.source} (${entry.type}) is mounted at ${point}`, foreign: true };
  }
  const own = (): readonly Started[] => showersOf(run, number).filter((one) => isNoted(one, facts));
  const users = entry ? await usersOf(entry, own(), exec) : [];
  if (users.length > 0) return { kind: 'left', reason: `in use by ${namesOf(users)}` };
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const { pid } of own()) signalTo(Number(pid), signal);
    const until = performance.now() + END_MS;
    while (own().length > 0 && performance.now() < until) await sleep(LOOK_MS);
  }
  const [still] = own();
  if (still) return { kind: 'left', reason: `process ${still.pid} does not end` };
  // It unmounts its file itself, unless it was killed.
  const complaint = mountAt(point, readMounts()) ? await exec.run(unmount([point])) : '';
  return mountAt(point, readMounts()) ? { kind: 'left', reason: complaint.trim() } : { kind: 'undone' };
}

async function usersOf(entry: MountEntry, own: readonly Started[], exec: Exec): Promise<readonly string[]> {
  const users = readUses(false, await readLoops(exec)).ofMounts([entry]);
  return users.filter((user) => !own.some(({ pid }) => user.includes(`(${pid})`)));
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

/** Removes the empty files at which images were shown. */
export function undoPoints(exec: Exec): UndoHandler {
  return {
    kind: 'point',

    async undo(steps) {
      const outcomes: Outcome[] = [];
      for (const { step } of steps) outcomes.push(await removePoint(step['file'] ?? '', exec).catch(left));
      return outcomes;
    },

    dependsOn: ({ step: { file = '' } }) => ({ is: file, on: [] }),

    describe: ({ step: { file = '' } }) => ({ what: `file ${file}`, byHand: `rm ${shellWord(file)}` }),
  };
}

async function removePoint(file: string, exec: Exec): Promise<Outcome> {
  const over = mountAt(file, readMounts());
  if (over) return { kind: 'left', reason: `${over.source} (${over.type}) is mounted there` };
  const inode = await exec.ask('lookUp', { file });
  if (!inode) return { kind: 'undone' };
  if (inode.kind !== 'file' || inode.owner !== 0 || inode.bytes > 0) {
    return { kind: 'left', reason: 'it is not the empty file that holdstill made', foreign: true };
  }
  await exec.ask('removeFile', { file });
  return { kind: 'undone' };
}
