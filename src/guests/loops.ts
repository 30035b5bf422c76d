import { Fault } from '../core/fault.ts';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../core/step.ts';
import { namesOf } from '../core/users.ts';
import type { Extent } from '../core/volume.ts';
import { readLoops, volumeUuidBehind, type LoopDevice } from '../system/blockdev.ts';
import type { Exec } from '../system/command.ts';
import { attachLoop, detachLoops } from '../system/losetup.ts';
import { readUses } from '../system/uses.ts';
import { DEVICE_PATIENCE_MS, insist } from './patience.ts';

/** A loop device over a partition in a snapshot, known by the UUID of the LV under it and by where it starts. */
export function loopStep({ device, offset, bytes }: Extent, volumeUuid: string): Step {
  return { kind: 'loop', backing: device, offset: String(offset), bytes: String(bytes), volume: volumeUuid };
}

export async function attach(steps: readonly NotedStep[], exec: Exec): Promise<readonly Facts[]> {
  const facts: Facts[] = [];
  for (const noted of steps) {
    const { backing = '', offset, bytes } = noted.step;
    const device = await exec.run(attachLoop(backing, Number(offset), Number(bytes)));
    // Where an image is, others may write: a link in the place of its snapshot leads anywhere.
    if (loopsOf({ ...noted, facts: { device } }, readLoops()).length === 0) {
      await exec.run(detachLoops([device]));
      throw new Fault(
        'mount.failed',
        `${backing} is not the snapshot that was taken: somebody put something else there`,
      );
    }
    facts.push({ device });
  }
  return facts;
}

/**
 * Detaches our loop devices, all in one process. One that somebody uses is not tried, since that would only mark it: it
 * is waited for, for five seconds.
 */
export function undoLoops(exec: Exec): UndoHandler {
  return {
    kind: 'loop',

    undo: (steps) =>
      insist(DEVICE_PATIENCE_MS, async () => {
        const loops = readLoops();
        const states = steps.map((step) => {
          const ours = loopsOf(step, loops);
          return { ours, users: ours.length > 0 ? usersOfLoops(ours) : [] };
        });
        const free = states.flatMap(({ ours, users }) => (users.length > 0 ? [] : ours.map(({ device }) => device)));
        if (free.length > 0) await exec.run(detachLoops(free));
        const now = readLoops();
        return steps.map((step, index): Outcome => {
          const device = loopsOf(step, now)[0]?.device;
          if (device === undefined) return { kind: 'undone' };
          const users = states[index]?.users ?? [];
          const reason = users.length > 0 ? `in use by ${namesOf(users)}` : `${device} is still in use`;
          return { kind: 'left', reason };
        });
      }),

    rests: ({ step, facts }) => ({ is: facts?.['device'], on: [step['volume'] ?? ''] }),

    describe: (step) => {
      const device = loopsOf(step, readLoops())[0]?.device ?? step.facts?.['device'] ?? 'a loop device';
      return { what: `${device} over ${step.step['backing']}`, byHand: `losetup -d ${device}` };
    },
  };
}

/**
 * The loop device that a step made: over the LV with this UUID, at this place, and the one that was noted. After a crash
 * in between nothing was, and the place must do.
 */
export function loopsOf({ step, facts }: NotedStep, loops: readonly LoopDevice[]): readonly LoopDevice[] {
  return loops.filter(
    (loop) =>
      (facts?.['device'] ?? loop.device) === loop.device &&
      String(loop.offset) === step['offset'] &&
      String(loop.bytes) === step['bytes'] &&
      volumeUuidBehind(loop.device) === step['volume'],
  );
}

function usersOfLoops(loops: readonly LoopDevice[]): readonly string[] {
  return readUses(false).ofDevices(new Set(loops.map(({ number }) => number)), () => false);
}
