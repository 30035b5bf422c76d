import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, withHint } from '../core/model/fault.ts';
import type { NotedStep, Outcome, Step } from '../core/model/step.ts';
import type { Exec } from '../system/command.ts';
import { giveUpSave, savesOfXen } from '../system/kernel/xensave.ts';
import { rowOf, type XlRow } from '../system/tools/xl.ts';
import { unpauseDomain } from '../system/tools/xlpause.ts';
import { resumeDomain, saveDomain } from '../system/tools/xlsave.ts';
import { controls, notRunning } from './control.ts';
import type { Kept } from './guests.ts';
import { BESIDE_BYTES, type Saver } from './saver.ts';

const PAUSED = { grade: 'crash', why: 'is paused, and xl can save only a guest that runs; it stays paused' } as const;
/** How long an undo waits for an xl that is about to end: it asks a guest for 60 s to suspend itself (4.17). */
const MOST_WAIT_MS = 75_000;
const LOOK_MS = 250;

/**
 * `xl save -p` writes the memory and leaves the guest paused. So it is never gone: it keeps its number, needs no file to go on, and goes on
 * within a moment, where `xl restore` would have to read all its memory first and could fail.
 */
export function createXenSaver(kept: Kept, exec: Exec): Saver {
  const row = ({ uuid = '' }: Step): Promise<XlRow | undefined> => exec.run(rowOf(uuid));
  const control = controls(exec).xen;
  return {
    paused: PAUSED,
    unfinished,

    async bytes({ name, uuid }) {
      const found = await exec.run(rowOf(uuid));
      if (found) return found.bytes + BESIDE_BYTES;
      throw new Fault('quiesce.failed', `guest ${name} was turned off by somebody else just now`, {
        hint: 'try again',
      });
    },

    async save(step, mostMs) {
      const before = await row(step);
      if (before?.state !== 'running') throw notRunning(step, await control.doing(step));
      const file = step['file'] ?? '';
      const complaint = await exec.run(saveDomain(before.id, unfinished(file), mostMs));
      if (complaint !== undefined) return complaint;
      const after = await row(step);
      if (after?.state !== 'paused') {
        const how = after === undefined ? 'turned off' : 'let go';
        const name = `guest ${step['guest']}`;
        throw new Fault('quiesce.failed', `${name} was ${how} by somebody else just after its memory was saved`);
      }
      await exec.ask('renameFile', { file: unfinished(file), to: file });
      return undefined;
    },

    async letGo(noted) {
      try {
        return await letGo(noted, kept, exec);
      } catch (error) {
        return { kind: 'left', reason: withHint(error) };
      }
    },

    needsFile: async () => false,
    byHand: control.byHand,
  };
}

/** xl writes over whatever is there, and leaves what it has not finished (4.17). */
function unfinished(file: string): string {
  return `${file}.part`;
}

async function letGo(noted: NotedStep, kept: Kept, exec: Exec): Promise<Outcome> {
  const { step } = noted;
  const { file = '', uuid = '' } = step;
  const until = performance.now() + exec.patienceMs(MOST_WAIT_MS);
  let alone = false;
  for (;;) {
    // In this order: an xl that has ended meanwhile has left its guest as it is to stay.
    const saves = savesOfXen(unfinished(file));
    const now = await exec.run(rowOf(uuid));
    if (now === undefined || now.state === 'off' || now.state === 'crashed') return over(noted, kept);
    if (now.state === 'suspended') {
      if (saves.ours.length > 0) giveUpSave(unfinished(file));
      else if (saves.others.length > 0) return { kind: 'left', reason: 'somebody else saves or moves it just now' };
      else if (alone) await exec.run(resumeDomain(now.id));
      // Whoever has it suspended may be about to let it go on.
      alone = saves.ours.length === 0;
    } else if (saves.ours.length === 0) {
      if (now.state === 'running') return over(noted, kept);
      // A save that was never begun has paused nothing: somebody else has.
      if (!kept.isResting(noted) && !(await isBegun(file, exec))) return { kind: 'undone' };
      const complaint = await exec.run(unpauseDomain(now.id));
      if (complaint !== undefined) return { kind: 'left', reason: `it does not go on: ${complaint}` };
      kept.letGo(noted, false);
      return { kind: 'undone' };
    }
    if (performance.now() > until) return { kind: 'left', reason: 'its memory is still being saved' };
    await sleep(LOOK_MS);
  }
}

/** It runs, or is gone: not by us. */
function over(noted: NotedStep, kept: Kept): Outcome {
  kept.letGo(noted, true);
  return { kind: 'undone' };
}

async function isBegun(file: string, exec: Exec): Promise<boolean> {
  const found = [await exec.ask('lookUp', { file: unfinished(file) }), await exec.ask('lookUp', { file })];
  return found.some((one) => one !== undefined);
}
