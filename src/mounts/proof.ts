import type { NotedStep, Step } from '../core/model/step.ts';
import type { Trust } from '../core/model/volume.ts';
import type { Exec } from '../system/command.ts';
import { deviceNumber } from '../system/kernel/blockdev.ts';
import { volumesUnder } from '../system/kernel/identity.ts';
import { isUntold, type LoopDevice, readLoops } from '../system/kernel/loops.ts';
import type { MountEntry } from '../system/kernel/mountinfo.ts';

/** The loop devices, where a mount may stand on one. */
export async function loopsUnder(steps: readonly Step[], exec: Exec): Promise<readonly LoopDevice[]> {
  return steps.some(({ device }) => device?.startsWith('/dev/loop')) ? readLoops(exec) : [];
}

/**
 * Whether a mount stands on the volume of a step: by the device itself, whatever it is called now; btrfs and FUSE have
 * numbers of their own, and only a path. `loops`: what `loopsUnder` says of the step.
 */
export function isOurs(
  entry: MountEntry,
  noted: Omit<NotedStep, 'number' | 'facts'> & Partial<Pick<NotedStep, 'facts'>>,
  loops: readonly LoopDevice[],
): boolean {
  return isOver(entry, noted, baseOf(entry, loops));
}

/** What a mount really stands on; undefined: nobody says. `untold`: a loop device of which only its name is known. */
interface Base {
  readonly volumes: readonly string[];
  readonly untold: string | undefined;
}

export function baseOf({ device, source }: MountEntry, loops: readonly LoopDevice[]): Base | undefined {
  // Of others the source may be a file where nobody answers any more.
  const named = source.startsWith('/dev/') ? deviceNumber(source) : undefined;
  const number = device.startsWith('0:') ? named : device;
  if (number === undefined) return undefined;
  const loop = loops.find((one) => one.number === number);
  if (loop && isUntold(loop)) return { volumes: [], untold: loop.device };
  return { volumes: volumesUnder(number, loops), untold: undefined };
}

export function isOver(
  { device, root, subvolume }: MountEntry,
  { step, facts }: Parameters<typeof isOurs>[1],
  base: Base | undefined,
): boolean {
  // The run is in the path of the snapshot, so no other directory has it; but somebody may have renamed one above.
  if (step['root'] !== undefined) {
    if ([step['root'], `${step['root']}/${step['subdirectory']}`].includes(root)) return true;
    return subvolume !== undefined && facts?.['subvolume'] === `${device} ${subvolume}`;
  }
  if (!base) return false;
  return base.untold === undefined ? base.volumes.includes(step['volume'] ?? '') : base.untold === step['device'];
}

/** Steps of older versions say nothing of it. */
export function trustOf({ trust }: Step): Trust {
  return trust === 'host' || trust === 'hostile' ? trust : 'guest';
}
