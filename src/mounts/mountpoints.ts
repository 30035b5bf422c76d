import path from 'node:path';
import { Fault, isFault } from '../core/model/fault.ts';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../core/model/step.ts';
import type { MountPoints } from '../core/ports/mounts.ts';
import { shellWord } from '../core/text/shell.ts';
import { errorCode, weakness } from '../core/files/trust.ts';
import { mountAt, readMounts } from '../system/kernel/mountinfo.ts';
import { onGround, type MountGround } from './ground.ts';
import type { Prober } from '../system/command.ts';
import { whyNot, writeHint } from '../core/text/why.ts';

/** The directories of a task's mounts; they exist while the task is open, so that a job without `pre` finds nothing. */
export function createMountPoints(prober: Prober): MountPoints {
  return {
    async check(point, ours) {
      try {
        await checkPoint(point, ours, prober);
      } catch (error) {
        // A name that is too long, a file system that answers no more.
        throw isFault(error) && error.code !== 'tool.timeout'
          ? error
          : refused(point, whyNot(error), `name another 'mount'`);
      }
    },

    async exposed(points) {
      let open: string | undefined;
      for (const point of points) if (await isEnteredByOthers(parentsOf(point), prober)) open ??= point;
      if (open === undefined) return undefined;
      return `other users can look into ${open} while the task is open; to prevent that, choose a 'mount' below a directory that only root can enter`;
    },

    steps(mount, points) {
      const wanted = new Set<string>();
      for (const point of points) {
        for (let place = point; place.length >= mount.length; place = path.dirname(place)) wanted.add(place);
      }
      return [...wanted]
        .toSorted((a, b) => a.length - b.length)
        .map((directory) => ({ kind: 'directory', directory, home: path.dirname(mount) }));
    },

    make: (steps) => onGround(steps, prober, ({ step }, ground) => make(step, ground)),
  };
}

async function make(step: Step, ground: MountGround): Promise<Facts> {
  const { directory = '' } = step;
  try {
    await ground.ask('makeDirectory', { file: directory });
  } catch (error) {
    const inode = isFault(error) ? undefined : await ground.ask('lookUp', { file: directory });
    if (inode?.kind !== 'directory') {
      throw refused(directory, `it can't be made: ${whyNot(error)}`, writeHint(error, directory));
    }
  }
  return { made: (await ground.identityOf(directory)) ?? '', within: await ground.homeIdentity(step) };
}

/** What is there is somebody's: no message says to unmount it or to empty it. */
const OTHER_POINT = `name another 'mount': a directory that is not there yet, or an empty one`;

async function checkPoint(point: string, ours: string, prober: Prober): Promise<void> {
  let walked = '/';
  for (const part of point.split('/').filter(Boolean)) {
    walked = path.join(walked, part);
    const inode = await prober.ask('lookUp', { file: walked });
    if (!inode && (walked === point || walked === ours)) return;
    // Tasks may share it, so none of them would know whether to remove it again.
    if (!inode) throw refused(point, `${walked} does not exist`, `type: mkdir ${shellWord(walked)}`);
    if (inode.kind === 'link') {
      const target = await prober.ask('linkTarget', { file: walked });
      throw refused(point, `${walked} is a symbolic link`, `name the directory that it leads to: ${target}`);
    }
    const why = weakness(walked, { ...inode, link: false });
    if (why) throw refused(point, why.message, `name a 'mount' in a directory that only root can change`);
    if (inode.kind !== 'directory') throw refused(point, `${walked} is not a directory`, `name another 'mount'`);
  }
  const there = mountAt(point, readMounts());
  if (there) throw refused(point, `${there.source} (${there.type}) is mounted there`, OTHER_POINT);
  if ((await prober.ask('namesIn', { file: point })).length > 0) {
    throw refused(point, 'it is not empty', OTHER_POINT);
  }
}

function parentsOf(point: string): readonly string[] {
  const parent = path.dirname(point);
  return parent === point ? [] : [...parentsOf(parent), parent];
}

/** What is missing will be made by us, for root alone. */
async function isEnteredByOthers(directories: readonly string[], prober: Prober): Promise<boolean> {
  for (const file of directories) {
    const inode = await prober.ask('lookUp', { file });
    if (((inode?.mode ?? 0) & 0o001) === 0) return false;
  }
  return true;
}

/** Removes directories that are empty, and nothing else ever: no content, no mount point of somebody's. */
export function undoDirectories(prober: Prober): UndoHandler {
  return {
    kind: 'directory',

    undo: (steps) => onGround(steps, prober, removeEmpty),

    dependsOn: ({ step: { directory = '' } }) => ({ is: directory, on: [path.dirname(directory)] }),

    describe: ({ step: { directory = '' } }) => ({
      what: `directory ${directory}`,
      byHand: `rmdir ${shellWord(directory)}`,
    }),
  };
}

async function removeEmpty({ step, facts }: Pick<NotedStep, 'step' | 'facts'>, ground: MountGround): Promise<Outcome> {
  const { directory = '' } = step;
  const over = mountAt(directory, ground.mounts);
  if (over) {
    const reason = `${over.source} (${over.type}) is mounted there`;
    return { kind: 'left', reason, byHand: `find out who owns it: findmnt ${shellWord(directory)}` };
  }
  try {
    const now = await ground.identityOf(directory);
    if (now === undefined) return await ground.absence({ step, facts });
    // After a crash nothing was noted; then it is enough that it is empty.
    if (now !== (facts?.['made'] ?? now)) {
      return { kind: 'left', reason: 'it is not the directory that was made', foreign: true };
    }
    await ground.ask('removeDirectory', { file: directory });
    return { kind: 'undone' };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { kind: 'undone' };
    return { kind: 'left', reason: whyNot(error) };
  }
}

function refused(point: string, why: string, hint: string): Fault {
  return new Fault('mount.point', `${point} can't be the mount point: ${why}`, { hint });
}
