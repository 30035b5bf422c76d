import { setTimeout as sleep } from 'node:timers/promises';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../core/step.ts';
import type { Extent } from '../core/volume.ts';
import { readLoops, volumeUuidBehind, type LoopDevice } from '../system/blockdev.ts';
import type { Exec } from '../system/command.ts';
import { attachLoop, detachLoops } from '../system/losetup.ts';

const TRIES = 10;
const PAUSE_MS = 200;

/** A loop device over a partition in a snapshot, known by the UUID of the LV under it and by where it starts. */
export function loopStep({ device, offset, bytes }: Extent, volumeUuid: string): Step {
  return { kind: 'loop', backing: device, offset: String(offset), bytes: String(bytes), volume: volumeUuid };
}

export async function attach(steps: readonly NotedStep[], exec: Exec): Promise<readonly Facts[]> {
  const facts: Facts[] = [];
  for (const { step } of steps) {
    const { backing = '', offset, bytes } = step;
    facts.push({ device: await exec.run(attachLoop(backing, Number(offset), Number(bytes))) });
  }
  return facts;
}

/** Detaches our loop devices, all in one process; a device that stays in use is waited for, for two seconds. */
export function undoLoops(exec: Exec): UndoHandler {
  return {
    kind: 'loop',

    async undo(steps) {
      let loops = readLoops();
      const ours = steps.flatMap((step) => loopsOf(step, loops).map(({ device }) => device));
      if (ours.length > 0) await exec.run(detachLoops(ours));
      for (let tries = TRIES; tries > 0; tries -= 1) {
        loops = readLoops();
        if (steps.every((step) => loopsOf(step, loops).length === 0)) break;
        await sleep(PAUSE_MS);
      }
      return steps.map((step): Outcome => {
        const [left] = loopsOf(step, loops);
        return left ? { kind: 'left', reason: `${left.device} is still in use` } : { kind: 'undone' };
      });
    },

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
function loopsOf({ step, facts }: NotedStep, loops: readonly LoopDevice[]): readonly LoopDevice[] {
  return loops.filter(
    (loop) =>
      (facts?.['device'] ?? loop.device) === loop.device &&
      String(loop.offset) === step['offset'] &&
      String(loop.bytes) === step['bytes'] &&
      volumeUuidBehind(loop.device) === step['volume'],
  );
}
