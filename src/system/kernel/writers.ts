import fs from 'node:fs';
import { isReadOnly, numberOpenedAs } from './blockdev.ts';
import { devicesAbove, type LoopDevice } from './loops.ts';
import { readMounts, type MountEntry } from './mountinfo.ts';
import { link, list, MARK, nameOf, pids } from './processes.ts';
import { mountsElsewhere } from './namespaces.ts';
import { isOn } from './uses.ts';

/** What somebody could write to: a device by its `major:minor`, or an image file by its path and as loop devices know it. */
export interface Target {
  readonly number: string | undefined;
  readonly file: { readonly path: string; readonly id: string | undefined } | undefined;
}

/** Who can write to things of ours, as it was at one moment; looked at no further than it is asked for. */
export interface Writers {
  /** Where file systems on it are mounted that can be written to; `deep`: in other mount namespaces, too. */
  mounts(target: Target, deep: boolean): readonly string[];
  /**
   * Who has it open so that he can write to it: other devices that stand on it, processes. Not who serves a mount of FUSE,
   * which is seen as such, nor commands of ours.
   */
  openers(target: Target): readonly string[];
}

/** `ours`: devices that are made by us and stand on such things. `isOurs`: the mounts that are. */
export function readWriters(
  ours: ReadonlySet<string>,
  isOurs: (entry: MountEntry) => boolean,
  loops: readonly LoopDevice[],
): Writers {
  const theirs = (entry: MountEntry): boolean => entry.writable && !isOurs(entry);
  const here = readMounts().filter(theirs);
  let elsewhere: readonly MountEntry[] | undefined;
  let descriptors: readonly Descriptor[] | undefined;
  return {
    mounts(target, deep) {
      const all = new Set(standingOn(target, loops).map(({ number }) => number));
      const looked = deep ? [...here, ...(elsewhere ??= mountsElsewhere(theirs))] : here;
      return [...new Set(looked.filter((entry) => isOn(entry, all)).map(({ point }) => point))];
    },

    openers(target) {
      const standing = standingOn(target, loops);
      const all = new Set(standing.map(({ number }) => number));
      descriptors ??= pids().flatMap(writableDescriptors);
      // The environment of a process that waits for a dead server can't be read, so only those are asked that matter.
      const open = descriptors.filter(
        ({ pid, path, number }) =>
          (path === target.file?.path || (number !== undefined && all.has(number))) && !isCommandOfOurs(pid),
      );
      const devices = standing.flatMap(({ number, name }) =>
        name === undefined || ours.has(number) || isReadOnly(number) ? [] : [name],
      );
      return [...devices, ...new Set(open.map(({ process }) => process))];
    },
  };
}

/** It and all that stands on it, at any height; it has no name here. */
function standingOn(
  { number, file }: Target,
  loops: readonly LoopDevice[],
): readonly { number: string; name: string | undefined }[] {
  const over = loops.filter((loop) => file && (loop.file === file.id || loop.backing === file.path));
  const first = [
    ...(number === undefined ? [] : [{ number, name: undefined }]),
    ...over.map((loop) => ({ number: loop.number, name: loop.device })),
  ];
  return [...first, ...devicesAbove(new Set(first.map((one) => one.number)), loops)];
}

/** What a process has open for writing. */
interface Descriptor {
  readonly pid: string;
  readonly process: string;
  readonly path: string;
  readonly number: string | undefined;
}

function writableDescriptors(pid: string): readonly Descriptor[] {
  const links = list(`/proc/${pid}/fd`).map((fd) => ({ fd, path: link(`/proc/${pid}/fd/${fd}`) ?? '' }));
  if (links.some(({ path }) => path === '/dev/fuse')) return [];
  const writable = links.filter(
    ({ fd, path }) => path.startsWith('/') && isForWriting(read(`/proc/${pid}/fdinfo/${fd}`)),
  );
  if (writable.length === 0) return [];
  const process = `${nameOf(pid)} (${pid})`;
  // A device's own node is asked for its number, whatever it is called; a file may lie where nobody answers any more.
  return writable.map(({ fd, path }) => ({
    pid,
    process,
    path,
    number: numberOpenedAs(`/proc/${pid}/fd/${fd}`, path),
  }));
}

/** Both bits of open(2) that say how a file is open, which Node.js has no name for. */
const ACCESS_MODE = 3;

/** Whether a text of /proc/PID/fdinfo/FD says so: its flags are in octal (proc(5)). */
export function isForWriting(fdinfo: string): boolean {
  const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(fdinfo)?.[1] ?? '0', 8);
  return (flags & ACCESS_MODE) !== fs.constants.O_RDONLY;
}

function isCommandOfOurs(pid: string): boolean {
  return read(`/proc/${pid}/environ`)
    .split('\0')
    .some((variable) => variable.startsWith(`${MARK}=`));
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
