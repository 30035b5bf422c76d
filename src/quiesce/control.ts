import { Fault } from '../core/model/fault.ts';
import type { Hypervisor } from '../core/model/guest.ts';
import type { Step } from '../core/model/step.ts';
import type { Command, Exec } from '../system/command.ts';
import { unreachable } from '../system/tools/libvirtaway.ts';
import { domainState, domainWords, resume, suspend } from '../system/tools/virshdomain.ts';
import { rowOf, type XlRow } from '../system/tools/xl.ts';
import { pauseDomain, unpauseDomain } from '../system/tools/xlpause.ts';
import { domainOf } from './guests.ts';

/** What a guest does. `stuck`: it is paused, but nobody has asked for that, so nobody can let it go either. */
export type Doing = { readonly kind: 'runs' | 'paused' | 'off' } | { readonly kind: 'stuck'; readonly why: string };

/** How the guest of a step is stopped and goes on, by the tool of its hypervisor. */
export interface Control {
  doing(step: Step): Promise<Doing>;
  pause(step: Step, mostMs: number): Promise<void>;
  /** To let one go that runs is no failure, and would take away what somebody else wants. */
  readonly counts: boolean;
  /** Once. Undefined: it goes on, or would if nobody else had paused it; or why not. */
  unpause(step: Step): Promise<string | undefined>;
  /** The words that let it go, for people. */
  byHand(step: Step): readonly string[];
}

export function controls(exec: Exec): Readonly<Record<Hypervisor, Control>> {
  return { libvirt: libvirt(exec), xen: xen(exec) };
}

/** A guest that was to be stopped does not run any more: somebody else is about something with it. */
export function notRunning({ guest }: Step, { kind }: Doing): Fault {
  const how = kind === 'off' ? 'turned off' : 'paused';
  return new Fault('quiesce.failed', `guest ${guest} was ${how} by somebody else just now`, { hint: 'try again' });
}

function libvirt(exec: Exec): Control {
  const ask = <T>(command: Command<T>): Promise<T> =>
    exec.run(command).catch((error: unknown) => {
      throw unreachable(error);
    });
  return {
    counts: false,
    async doing(step) {
      const now = await ask(domainState(domainOf(step)));
      if (now === undefined || now.state === 'shut off' || now.state === 'crashed') return { kind: 'off' };
      if (now.state !== 'paused') return { kind: 'runs' };
      // A guest that libvirt has stopped while it saves or moves it goes on by itself, and one with a full disk must not yet.
      return now.reason === 'user' ? { kind: 'paused' } : { kind: 'stuck', why: now.reason };
    },
    pause: (step, mostMs) => exec.run(suspend(domainOf(step), mostMs)),
    unpause: (step) => ask(resume(domainOf(step))),
    byHand: (step) => ['virsh', ...domainWords(domainOf(step), 'resume')],
  };
}

function xen(exec: Exec): Control {
  /** By its UUID: the number of a domain is another one after each start. */
  const row = ({ uuid = '' }: Step): Promise<XlRow | undefined> => exec.run(rowOf(uuid));
  return {
    counts: true,
    async doing(step) {
      const { state } = (await row(step)) ?? {};
      return { kind: state === 'running' ? 'runs' : state === 'paused' ? state : 'off' };
    },
    async pause(step, mostMs) {
      const found = await row(step);
      if (found) await exec.run(pauseDomain(found.id, mostMs));
    },
    async unpause(step) {
      const found = await row(step);
      return found && exec.run(unpauseDomain(found.id));
    },
    byHand: (step) => ['xl', 'unpause', step['guest'] ?? ''],
  };
}
