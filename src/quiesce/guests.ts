import type { Guest, Hypervisor } from '../core/model/guest.ts';
import { Fault } from '../core/model/fault.ts';
import { OFF, type Quiesce, type Rests } from '../core/model/quiesce.ts';
import type { NotedStep, Step } from '../core/model/step.ts';
import type { DomainRef } from '../system/tools/virshdomain.ts';

/** A guest that rests already, or need not be brought to rest: why, and what a cut is worth. */
export type Still = Rests['still'][number];

/** Nobody has written out what it had not written yet. */
const CUT_OFF = {
  grade: 'crash',
  why: 'is off and was not shut down, so its disks are as after a power cut',
} as const;

/** What its memory held is in no snapshot. */
const SAVED = { grade: 'crash', why: 'is saved to a file, so its disks lack what only its memory holds' } as const;

/** The guests that can be brought to rest, and those that stand still anyway. */
export interface Parted {
  readonly awake: readonly Guest[];
  readonly still: readonly Still[];
}

/**
 * Parts the guests of a task by what they do. `paused`: why one that is paused is left as it is, and what a cut is worth then; undefined: it can
 * be brought to rest as one that runs. Throws `quiesce.failed` where there are no guests at all.
 */
export function partGuests(
  kind: Quiesce['kind'],
  guests: readonly Guest[],
  paused: (guest: Guest) => Omit<Still, 'guest'> | undefined,
): Parted {
  if (guests.length === 0) {
    throw new Fault('quiesce.failed', `quiesce: ${kind} brings guests to rest, and the task names none`, {
      hint: `name the guest by 'vm' instead of its disks`,
    });
  }
  const awake: Guest[] = [];
  const still: Still[] = [];
  for (const guest of guests) {
    const ended = { off: OFF, 'not shut down': CUT_OFF, saved: SAVED, paused: undefined, running: undefined }[
      guest.state
    ];
    const why = guest.state === 'paused' ? paused(guest) : ended;
    if (why) still.push({ guest: guest.name, ...why });
    else awake.push(guest);
  }
  return { awake, still };
}

/** What a step says of its guest: all by which it can be found again. */
export function guestStep<Kind extends Quiesce['kind']>(kind: Kind, guest: Guest, run: string): Step & { kind: Kind } {
  const { name, uuid, hypervisor, uri = '' } = guest;
  return { kind, hypervisor, guest: name, uuid, uri, run };
}

/** The hypervisor of the guest of a step. */
export function hypervisorOf({ hypervisor }: Step): Hypervisor {
  return hypervisor === 'xen' ? 'xen' : 'libvirt';
}

/** The guest of a step, for virsh. */
export function domainOf({ uuid = '', uri = '' }: Step): DomainRef {
  return { uuid, uri: uri === '' ? undefined : uri };
}

/** What is known in this process of what rests: an undo that finds it let go already says so. */
export interface Kept {
  /** It rests. */
  rests(step: NotedStep): void;
  /** It was let go just now, if it rested until now. */
  letGo(step: NotedStep, early: boolean): void;
  isResting(step: NotedStep): boolean;
  wasEarly(step: NotedStep): boolean;
}

export function keepTrack(): Kept {
  const states = new Map<string, 'rests' | 'early' | 'over'>();
  const keyOf = ({ number, step }: NotedStep): string => `${step['run']} ${number}`;
  return {
    rests: (step) => void states.set(keyOf(step), 'rests'),
    letGo(step, early) {
      if (states.get(keyOf(step)) === 'rests') states.set(keyOf(step), early ? 'early' : 'over');
    },
    isResting: (step) => states.get(keyOf(step)) === 'rests',
    wasEarly: (step) => states.get(keyOf(step)) === 'early',
  };
}
