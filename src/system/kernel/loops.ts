import fs from 'node:fs';
import { isFault } from '../../core/model/fault.ts';
import { holders, numberOf, read } from './blockdev.ts';
import type { Exec } from '../command.ts';
import { listLoops } from '../tools/losetup.ts';
import { list } from './processes.ts';

/** A loop device that is in use, and what is behind it, as the kernel knows it now. */
export interface LoopDevice {
  readonly device: string;
  readonly number: string;
  /** For people: what was opened in another mount namespace has a path of that namespace, or one that leads elsewhere. */
  readonly backing: string;
  /** Which file or node is behind it, as `fileId` says it; undefined: nobody says. */
  readonly file: string | undefined;
  /** `major:minor` of the block device behind it; undefined: a file is, or a node that is not in our /dev. */
  readonly below: string | undefined;
  /** Bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** Distinguishes a file from all others on this machine for as long as it is there: `8:17 1234`. */
export function fileId({ dev, ino }: { readonly dev: bigint | number; readonly ino: bigint | number }): string {
  return `${numberOf(Number(dev))} ${ino}`;
}

/** How a file is known as what a device stands on. */
export function fileUuid(file: Parameters<typeof fileId>[0]): string {
  return `file:${fileId(file)}`;
}

/** Where losetup did not answer once: a file on a server that is gone is behind some loop device. */
const silent = new WeakSet<Exec>();

/** All loop devices that are in use. Where there is none no process is started; what nobody says is known by its path. */
export async function readLoops(exec: Exec): Promise<readonly LoopDevice[]> {
  const found = list('/sys/block').flatMap((name) => {
    const at = `/sys/block/${name}`;
    const backing = /^loop\d+$/.test(name) ? read(`${at}/loop/backing_file`) : undefined;
    return backing === undefined ? [] : [{ at, backing, device: `/dev/${name}`, number: read(`${at}/dev`) ?? '' }];
  });
  if (found.length === 0) return [];
  const files = await filesBehind(exec);
  const nodes = nodesIn(['/dev', '/dev/mapper']);
  return found.map(({ at, backing, device, number }) => {
    const file = files.get(device);
    const size = (name: string): number => Number(read(`${at}/loop/${name}`) ?? 0);
    const below = belowOf(backing, file, nodes);
    return { device, number, backing, file, below, offset: size('offset'), bytes: size('sizelimit') };
  });
}

/** Whether a loop device (`/dev/loop0`) shows anything. */
export function isAttached(device: string): boolean {
  return read(`/sys/block/${device.replace(/^\/dev\//, '')}/loop/backing_file`) !== undefined;
}

async function filesBehind(exec: Exec): Promise<ReadonlyMap<string, string>> {
  if (silent.has(exec)) return new Map();
  try {
    return await exec.run(listLoops());
  } catch (error) {
    if (!isFault(error)) throw error;
    silent.add(exec);
    return new Map();
  }
}

/** The numbers of the block devices of which there are nodes in these directories, by what `fileId` says of the nodes. */
function nodesIn(directories: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    directories.flatMap((directory) =>
      list(directory).flatMap((name): [string, string][] => nodeAt(`${directory}/${name}`) ?? []),
    ),
  );
}

function nodeAt(file: string): [string, string][] | undefined {
  try {
    const stat = fs.statSync(file);
    return stat.isBlockDevice() ? [[fileId(stat), numberOf(stat.rdev)]] : undefined;
  } catch {
    return undefined;
  }
}

function belowOf(backing: string, file: string | undefined, nodes: ReadonlyMap<string, string>): string | undefined {
  const [id, number] = (backing.startsWith('/dev/') && nodeAt(backing)?.[0]) || [];
  if (file === undefined || file === id) return number;
  return nodes.get(file);
}

/**
 * Whether nobody says what is behind a loop device: losetup asks for the file, whose server or disk does not answer. Then only the device
 * itself and the path are left to know it by, and it must not be taken for gone.
 */
export function isUntold({ file, below }: LoopDevice): boolean {
  return file === undefined && below === undefined;
}

/** The devices that stand on these, at any height: of device-mapper, loop devices, md; with a name for people. */
export function devicesAbove(
  numbers: ReadonlySet<string>,
  loops: readonly LoopDevice[],
): readonly { readonly number: string; readonly name: string }[] {
  const found = new Map<string, string>();
  let round = [...numbers];
  while (round.length > 0) {
    const next = round.flatMap((number) => [
      ...holders(number),
      ...loops.filter(({ below }) => below === number).map((loop) => ({ number: loop.number, name: loop.device })),
    ]);
    round = [];
    for (const { number, name } of next) {
      if (numbers.has(number) || found.has(number)) continue;
      found.set(number, name);
      round.push(number);
    }
  }
  return [...found].map(([number, name]) => ({ number, name }));
}
