import path from 'node:path';
import { Fault, isFault } from '../../core/model/fault.ts';
import type { LeftOut } from '../../core/model/snapshot.ts';
import { whyNot } from '../../core/text/why.ts';
import type { AnswerOf } from '../../foreign/questions.ts';
import type { Backing } from '../../system/kernel/backing.ts';
import { listBelow, showSubvolume, type Subvolume } from '../../system/tools/btrfs.ts';
import type { Exec } from '../../system/command.ts';
import { runOf } from '../beside.ts';

/** The inode number of the top directory of every subvolume, and of nothing else: BTRFS_FIRST_FREE_OBJECTID. */
const TOP = '256';

/** What is at a path, without following a link there; undefined: nothing. Throws `tool.failed` or `tool.timeout` if it cannot find out. */
export function lookAt(file: string, exec: Exec): Promise<AnswerOf<'lookUp'>> {
  return exec.ask('lookUp', { file }).catch((error: unknown) => {
    if (isFault(error)) throw error;
    throw new Fault('tool.failed', `${file} can't be looked at: ${whyNot(error)}`);
  });
}

/** Undefined: none is there. Throws `tool.failed` or `tool.timeout` if it cannot find out. */
export async function subvolumeAt(file: string, exec: Exec): Promise<Subvolume | undefined> {
  const inode = await lookAt(file, exec);
  return inode?.kind === 'directory' && inode.inode === TOP ? exec.run(showSubvolume(file)) : undefined;
}

/** The top directory of the subvolume that holds a path, as far as the mount at `point` reaches; undefined: it does not. */
export function topOf(real: string, point: string, exec: Exec): Promise<string | undefined> {
  return exec.ask('aboveWithInode', { file: real, least: point, inode: TOP });
}

/** Subvolumes below the path are empty directories in the snapshot. */
export async function nestedIn(top: string, { real, mount, within }: Backing, exec: Exec): Promise<readonly LeftOut[]> {
  const below = await exec.run(listBelow(top));
  const root = mount?.root === '/' ? '' : (mount?.root ?? '').slice(1);
  return below.flatMap((one) => {
    if (!one.startsWith(within === '' ? '' : `${within}/`)) return [];
    const label = path.join(mount?.point ?? real, path.relative(root, one));
    const ours = runOf(one) !== undefined;
    const reason = ours ? 'is a snapshot of holdstill' : 'is a subvolume of its own, not in this snapshot';
    return [{ label, reason, harmless: ours }];
  });
}
