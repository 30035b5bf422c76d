import { SECTOR } from '../core/text/bytes.ts';
import { Fault } from '../core/model/fault.ts';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../core/model/step.ts';
import { namesOf } from '../core/text/users.ts';
import type { Extent } from '../core/model/volume.ts';
import { sectorBytes } from '../system/kernel/blockdev.ts';
import type { Exec } from '../system/command.ts';
import { isAttached, isUntold, type LoopDevice, readLoops } from '../system/kernel/loops.ts';
import { volumesUnder } from '../system/kernel/identity.ts';
import { attachLoop, detachLoops } from '../system/tools/losetup.ts';
import { readUses } from '../system/kernel/uses.ts';
import { DEVICE_PATIENCE_MS, retryUntilFree } from './retry.ts';

/** A loop device over a partition in a snapshot, known by the UUID of the LV under it and by where it starts. */
export function loopStep({ device, offset, bytes }: Extent, volumeUuid: string): Step {
  return { kind: 'loop', backing: device, offset: String(offset), bytes: String(bytes), volume: volumeUuid };
}

export async function attach(steps: readonly NotedStep[], exec: Exec): Promise<readonly Facts[]> {
  const devices: string[] = [];
  for (const { step } of steps) {
    const { backing = '', offset, bytes } = step;
    devices.push(await exec.run(attachLoop(backing, Number(offset), Number(bytes), sectorBytes(backing) ?? SECTOR)));
  }
  const loops = await readLoops(exec);
  const made = steps.map((noted, index) => loopsOf({ ...noted, facts: { device: devices[index] ?? '' } }, loops)[0]);
  // Where an image is, others may write: a link in the place of its snapshot leads anywhere.
  const wrong = steps.flatMap(({ step }, index) => (made[index] ? [] : [{ step, device: devices[index] ?? '' }]));
  if (wrong.length > 0) {
    await exec.run(detachLoops(wrong.map(({ device }) => device)));
    throw new Fault(
      'mount.failed',
      `${wrong[0]?.step['backing']} is not the snapshot that holdstill took: somebody replaced it`,
    );
  }
  return made.map((loop): Facts => {
    const { device = '', file } = loop ?? {};
    return { device, ...(file === undefined ? {} : { file }) };
  });
}

/**
 * Detaches our loop devices, all in one process. One that somebody uses is not tried, since that would only mark it: it
 * is waited for, for five seconds.
 */
export function undoLoops(exec: Exec): UndoHandler {
  return {
    kind: 'loop',

    undo: (steps) =>
      retryUntilFree(DEVICE_PATIENCE_MS, exec, async () => {
        const loops = await readLoops(exec);
        const ours = steps.map((step) => loopsOf(step, loops));
        const using = usersOfEach(ours, loops);
        const free = ours.flatMap((some, index) => (using[index]?.length ? [] : some.map(({ device }) => device)));
        if (free.length > 0) await exec.run(detachLoops(free));
        // Of what is free now it need not be read again what it is over.
        const now = free.some(isAttached)
          ? await readLoops(exec)
          : loops.filter(({ device }) => !free.includes(device));
        return steps.map((step, index): Outcome => {
          const device = loopsOf(step, now)[0]?.device;
          if (device === undefined) return untoldOf(step, now) ?? { kind: 'undone' };
          const users = using[index] ?? [];
          const reason = users.length > 0 ? `in use by ${namesOf(users)}` : `${device} is still in use`;
          return { kind: 'left', reason, byHand: `losetup -d ${device}` };
        });
      }),

    dependsOn: ({ step, facts }) => ({ is: facts?.['device'], on: [step['volume'] ?? ''] }),

    describe: ({ step: { backing }, facts }) => {
      const device = facts?.['device'];
      const byHand = `find out who owns it: losetup --list ${device ?? ''}`.trim();
      return { what: `${device ?? 'a loop device'} over ${backing}`, byHand };
    },
  };
}

/**
 * The loop device that a step made: the one that was noted, over the file or node that was noted, at this place, and not
 * over another volume. Its path says nothing, since it may be that of a mount namespace which is gone. After a crash in
 * between nothing was noted: then the volume and the place must do.
 */
export function loopsOf({ step, facts }: NotedStep, loops: readonly LoopDevice[]): readonly LoopDevice[] {
  return loops.filter(
    (loop) =>
      (facts?.['device'] ?? loop.device) === loop.device &&
      String(loop.offset) === step['offset'] &&
      String(loop.bytes) === step['bytes'] &&
      (isUntold(loop)
        ? facts?.['device'] !== undefined && loop.backing === step['backing']
        : isOver(loop, volumesUnder(loop.number, loops), step['volume'] ?? '', facts?.['file'])),
  );
}

/** Where losetup hangs, nobody knows what a loop device is over: one that was not noted may be at the place of a step. */
function untoldOf({ step, facts }: NotedStep, loops: readonly LoopDevice[]): Outcome | undefined {
  if (facts?.['device'] !== undefined) return undefined;
  const may = loops.find(
    (loop) =>
      isUntold(loop) &&
      loop.backing === step['backing'] &&
      String(loop.offset) === step['offset'] &&
      String(loop.bytes) === step['bytes'],
  );
  return (
    may && { kind: 'left', reason: `holdstill cannot tell whether it is ${may.device}`, byHand: 'holdstill recover' }
  );
}

function isOver({ file }: LoopDevice, volumes: readonly string[], volume: string, noted: string | undefined): boolean {
  if (noted !== undefined && file !== undefined && noted !== file) return false;
  return volumes.includes(volume) || (volumes.length === 0 && noted !== undefined && noted === file);
}

/**
 * Who uses each of these. The kernel has no count of who has a loop device open, so all processes are looked at: once,
 * however many devices there are.
 */
function usersOfEach(
  ours: readonly (readonly LoopDevice[])[],
  loops: readonly LoopDevice[],
): readonly (readonly string[])[] {
  const all = ours.flat();
  if (all.length === 0) return ours.map(() => []);
  return readUses(false, loops).ofEach(ours.map((some) => new Set(some.map(({ number }) => number))));
}
