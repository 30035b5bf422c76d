import { Fault, isFault, withHint } from '../core/model/fault.ts';
import type { Guest } from '../core/model/guest.ts';
import { REST_SHARE } from '../core/model/quiesce.ts';
import type { Quiescer } from '../core/ports/quiescer.ts';
import type { NotedStep, Outcome } from '../core/model/step.ts';
import { shellWord } from '../core/text/shell.ts';
import type { Exec } from '../system/command.ts';
import { unreachable } from '../system/tools/libvirtaway.ts';
import { askAgent, domainState, domainWords, freeze, thaw } from '../system/tools/virshdomain.ts';
import { domainOf, guestStep, keepTrack, partGuests, type Kept } from './guests.ts';

const PAUSED = { grade: 'crash', why: 'is paused, so its agent cannot write out its file systems' } as const;

/** Has the agent in a guest of libvirt write out the file systems, and keep everybody from writing to them. */
export function createAgent(exec: Exec): Quiescer<'agent'> {
  const kept = keepTrack();
  return {
    kind: 'agent',

    async prepare(_means, guests, { run }) {
      const { awake, still } = partGuests('agent', guests, () => PAUSED);
      const rests = await Promise.all(
        awake.map(async (guest) => {
          const limited = await checkAgent(guest, exec);
          const step = { ...guestStep('agent', guest, run), limited };
          return { step, guest: guest.name, grade: 'filesystem', by: 'by its agent' } as const;
        }),
      );
      return { rests, still };
    },

    async rest(noted, mostMs) {
      const { step } = noted;
      const seconds = Math.max(1, Math.floor((mostMs * REST_SHARE) / 1000));
      const limit = step['limited'] === 'yes' ? seconds : undefined;
      const { count, complaint } = await exec.run(freeze(domainOf(step), limit, mostMs)).catch((error: unknown) => {
        if (isFault(error) && error.code === 'tool.timeout') return { count: undefined, complaint: noAnswer(mostMs) };
        throw error;
      });
      if (count) {
        kept.rests(noted);
        return;
      }
      const why = count === 0 ? 'it has no file system that can be frozen' : complaint;
      throw new Fault('quiesce.failed', `the agent of guest ${step['guest']} did not freeze it: ${why}`, {
        hint: `if it needs longer, set a longer 'quiesceLimit'; without an agent there is quiesce: pause`,
      });
    },

    wasEarly: kept.wasEarly,

    handler: {
      kind: 'agent',
      undo: (steps) => Promise.all(steps.map((noted) => letGo(noted, kept, exec))),
      dependsOn: () => ({ is: undefined, on: [] }),
      describe: ({ step }) => ({
        what: `guest ${step['guest']} (frozen by its agent)`,
        byHand: ['virsh', ...domainWords(domainOf(step), 'domfsthaw')].map(shellWord).join(' '),
      }),
    },
  };
}

/** That it is virsh which waits for the agent is nothing that an admin can act on. */
function noAnswer(mostMs: number): string {
  return `it did not answer within ${Math.round(mostMs / 1000)} s`;
}

/** Whether libvirt can be told how long to wait for the agent. Throws `quiesce.failed` where the agent does not answer. */
async function checkAgent({ name, hypervisor, uuid, uri }: Guest, exec: Exec): Promise<'yes' | 'no'> {
  if (hypervisor !== 'libvirt') {
    throw new Fault('quiesce.failed', `guest ${name} of ${hypervisor} has no agent that could freeze it`, {
      hint: 'set quiesce: pause',
    });
  }
  const { complaint, limits } = await exec.run(askAgent({ uuid, uri }));
  if (complaint === undefined) return limits ? 'yes' : 'no';
  throw new Fault('quiesce.failed', `the agent of guest ${name} does not answer: ${complaint}`, {
    hint: 'look whether qemu-guest-agent runs in it, and whether it has a channel for it; or set quiesce: pause',
  });
}

/**
 * Thaws in any case: a freeze that failed may have frozen a part, and one that was given up may come yet. Only an answer proves that
 * the guest runs, or that it is off.
 */
async function letGo(noted: NotedStep, kept: Kept, exec: Exec): Promise<Outcome> {
  const ref = domainOf(noted.step);
  try {
    const { count, complaint } = await exec.run(thaw(ref, noted.step['limited'] === 'yes'));
    if (count !== undefined) {
      kept.letGo(noted, count === 0);
      return { kind: 'undone' };
    }
    const now = await exec.run(domainState(ref));
    if (now === undefined || now.state === 'shut off' || now.state === 'crashed') {
      kept.letGo(noted, true);
      return { kind: 'undone' };
    }
    const paused = now.state === 'paused' ? 'is paused, and ' : '';
    return { kind: 'left', reason: `${paused}its agent does not answer: ${complaint}` };
  } catch (error) {
    return { kind: 'left', reason: withHint(unreachable(error)) };
  }
}
