import { Fault, isFault, withHint } from '../core/model/fault.ts';
import type { Quiescer } from '../core/ports/quiescer.ts';
import type { NotedStep, Outcome, Step } from '../core/model/step.ts';
import { shellWord } from '../core/text/shell.ts';
import type { Exec } from '../system/command.ts';
import { complaintsOf } from '../system/tools/virsh.ts';
import { controls, notRunning, type Control } from './control.ts';
import { guestStep, hypervisorOf, keepTrack, partGuests, type Kept } from './guests.ts';

const PAUSED = { grade: 'crash', why: 'is paused already, and stays so' } as const;

/** Stops the processors of guests: all their disks are of one instant, as after a power cut. */
export function createPause(exec: Exec): Quiescer<'pause'> {
  const kept = keepTrack();
  const byHypervisor = controls(exec);
  const controlOf = (step: Step): Control => byHypervisor[hypervisorOf(step)];
  /** Somebody else has paused them, so they are not to go on. */
  const others = new Set<NotedStep['number']>();
  return {
    kind: 'pause',

    async prepare(_means, guests, { run }) {
      const { awake, still } = partGuests('pause', guests, () => PAUSED);
      const rests = awake.map(
        (guest) =>
          ({ step: guestStep('pause', guest, run), guest: guest.name, grade: 'crash', by: 'by a pause' }) as const,
      );
      return { rests, still };
    },

    async rest(noted, mostMs) {
      const { step } = noted;
      const name = `guest ${step['guest']}`;
      // To pause it twice is a success, and then nobody could tell whether it is to go on.
      const before = await controlOf(step).doing(step);
      if (before.kind !== 'runs') {
        others.add(noted.number);
        throw notRunning(step, before);
      }
      try {
        await controlOf(step).pause(step, mostMs);
      } catch (error) {
        if (!isFault(error)) throw error;
        const why = complaintsOf(error.detail).at(-1) ?? error.message;
        throw new Fault('quiesce.failed', `${name} could not be paused: ${why}`, { cause: error });
      }
      kept.rests(noted);
    },

    wasEarly: kept.wasEarly,

    handler: {
      kind: 'pause',
      undo: (steps) =>
        Promise.all(
          steps.map(async (noted): Promise<Outcome> => {
            if (others.has(noted.number)) return { kind: 'undone' };
            return letGo(noted, kept, controlOf(noted.step));
          }),
        ),
      dependsOn: () => ({ is: undefined, on: [] }),
      describe: ({ step }) => ({
        what: `guest ${step['guest']} (paused)`,
        byHand: controlOf(step).byHand(step).map(shellWord).join(' '),
      }),
    },
  };
}

async function letGo(noted: NotedStep, kept: Kept, control: Control): Promise<Outcome> {
  const { step } = noted;
  try {
    // Where it is us who have paused it, one command is enough: each more would keep it still for longer.
    if (kept.isResting(noted) && !control.counts && (await control.unpause(step)) === undefined) {
      kept.letGo(noted, false);
      return { kind: 'undone' };
    }
    const now = await control.doing(step);
    if (now.kind === 'stuck') return { kind: 'left', reason: `libvirt has stopped it: ${now.why}` };
    if (now.kind !== 'paused') {
      kept.letGo(noted, true);
      return { kind: 'undone' };
    }
    // Where Xen counts and it is still paused once ours is taken back, somebody else wants it so.
    const complaint = await control.unpause(step);
    if (complaint !== undefined) return { kind: 'left', reason: `it does not go on: ${complaint}` };
    kept.letGo(noted, false);
    return { kind: 'undone' };
  } catch (error) {
    return { kind: 'left', reason: withHint(error) };
  }
}
