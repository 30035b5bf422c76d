import fs from 'node:fs';
import path from 'node:path';
import { Fault, isFault } from '../core/fault.ts';
import type { NotedStep, Outcome, UndoHandler } from '../core/step.ts';
import type { MountPoints } from '../core/volume.ts';
import { shellWord } from '../core/shell.ts';
import { errorCode, weakness } from '../core/trust.ts';
import { mountAt, readMounts } from '../system/mountinfo.ts';
import { whyNot, writeHint } from '../core/why.ts';

/** The directories of a task's mounts; they exist while the task is open, so that a job without `pre` finds nothing. */
export const mountPoints: MountPoints = {
  check(point, ours) {
    try {
      checkPoint(point, ours);
    } catch (error) {
      // A name that is too long, a file system that answers no more.
      throw isFault(error) ? error : refused(point, whyNot(error), `name another 'mount'`);
    }
  },

  exposed(points) {
    const open = points.find((point) => parentsOf(point).every(isEnteredByOthers));
    if (open === undefined) return undefined;
    return `others on this host can look into ${open} while it is open; to keep them out, name a 'mount' below a directory that only root enters`;
  },

  steps(mount, points) {
    const wanted = new Set<string>();
    for (const point of points) {
      for (let place = point; place.length >= mount.length; place = path.dirname(place)) wanted.add(place);
    }
    return [...wanted].toSorted((a, b) => a.length - b.length).map((directory) => ({ kind: 'directory', directory }));
  },

  make({ step }) {
    const { directory = '' } = step;
    try {
      fs.mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      const stat = fs.lstatSync(directory, { throwIfNoEntry: false });
      if (!stat?.isDirectory()) {
        throw refused(directory, `it can't be made: ${whyNot(error)}`, writeHint(error, directory));
      }
    }
    return { made: identityOf(directory) ?? '' };
  },
};

/** What is there is somebody's: nobody is told to unmount it or to empty it. */
const OTHER_POINT = `name another 'mount': a directory that is not there yet, or an empty one`;

function checkPoint(point: string, ours: string): void {
  let walked = '/';
  for (const part of point.split('/').filter(Boolean)) {
    walked = path.join(walked, part);
    const stat = fs.lstatSync(walked, { throwIfNoEntry: false });
    if (!stat && (walked === point || walked === ours)) return;
    // Tasks may share it, so none of them could tell whether to remove it again.
    if (!stat) throw refused(point, `${walked} does not exist`, `type: mkdir ${shellWord(walked)}`);
    if (stat.isSymbolicLink()) {
      throw refused(
        point,
        `${walked} is a symbolic link`,
        `name the directory that it leads to: ${fs.readlinkSync(walked)}`,
      );
    }
    const why = weakness(walked, stat);
    if (why) throw refused(point, why.message, `name a 'mount' in a directory that only root can change`);
    if (!stat.isDirectory()) throw refused(point, `${walked} is no directory`, `name another 'mount'`);
  }
  const there = mountAt(point, readMounts());
  if (there) throw refused(point, `${there.source} (${there.type}) is mounted there`, OTHER_POINT);
  if (fs.readdirSync(point).length > 0) {
    throw refused(point, 'it is not empty', OTHER_POINT);
  }
}

function parentsOf(point: string): readonly string[] {
  const parent = path.dirname(point);
  return parent === point ? [] : [...parentsOf(parent), parent];
}

/** What is missing will be made by us, for root alone. */
function isEnteredByOthers(directory: string): boolean {
  const mode = fs.statSync(directory, { throwIfNoEntry: false })?.mode ?? 0;
  return (mode & 0o001) !== 0;
}

/** Removes directories that are empty, and nothing else ever: no content, no mount point of somebody's. */
export const undoDirectories: UndoHandler = {
  kind: 'directory',

  undo: (steps) => Promise.resolve(steps.map(removeEmpty)),

  rests: ({ step: { directory = '' } }) => ({ is: directory, on: [path.dirname(directory)] }),

  describe: ({ step: { directory = '' } }) => ({
    what: `directory ${directory}`,
    byHand: `rmdir ${shellWord(directory)}`,
  }),
};

function removeEmpty({ step: { directory = '' }, facts }: NotedStep): Outcome {
  const over = mountAt(directory, readMounts());
  if (over) {
    const reason = `${over.source} (${over.type}) is mounted there`;
    return { kind: 'left', reason, byHand: `look whose it is: findmnt ${shellWord(directory)}` };
  }
  try {
    const now = identityOf(directory);
    if (now === undefined) return { kind: 'undone' };
    // After a crash nothing was noted; then it is enough that it is empty.
    if (now !== (facts?.['made'] ?? now)) {
      return { kind: 'left', reason: 'it is not the directory that was made', foreign: true };
    }
    fs.rmdirSync(directory);
    return { kind: 'undone' };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { kind: 'undone' };
    return { kind: 'left', reason: whyNot(error) };
  }
}

/** Tells a directory from a later one of the same name; numbers alone are used again at once. */
function identityOf(directory: string): string | undefined {
  const stat = fs.lstatSync(directory, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.mode & 0o170000n}.${stat.ino}.${stat.birthtimeNs}`;
}

function refused(point: string, why: string, hint: string): Fault {
  return new Fault('mount.point', `${point} can't be the mount point: ${why}`, { hint });
}
