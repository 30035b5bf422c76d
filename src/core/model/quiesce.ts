import type { Guest } from './guest.ts';
import type { Step } from './step.ts';

/**
 * What a cut is worth, best first. `application`: a database or the like has written all that it must; `filesystem`: the file
 * systems were written out; `memory`: disks and memory of one instant; `crash`: as after a power cut.
 */
export const GRADES = ['application', 'filesystem', 'memory', 'crash'] as const;
export type Grade = (typeof GRADES)[number];

/** The means by which something is brought to rest, each with its settings. Open, as `SourceKinds` is: config/quiesce adds its own. */
export interface QuiesceKinds {}

/** One means, as a task asks for it. */
export type Quiesce = { [Kind in keyof QuiesceKinds]: QuiesceOf<Kind> }[keyof QuiesceKinds];
export type QuiesceOf<Kind extends keyof QuiesceKinds> = { readonly kind: Kind } & QuiesceKinds[Kind];

/** The means by which nothing is written any more, so that all snapshots are of one instant; a server whose disks these are may not answer then. */
export const STANDS_STILL = ['agent', 'pause', 'save', 'barrier'] as const;

export function isStill(kind: string): boolean {
  return STANDS_STILL.some((one) => one === kind);
}

/** The part of the time for a cut in which something has to come to rest; the rest is for letting go. */
export const REST_SHARE = 2 / 3;

/** How a task is brought to rest. */
export interface Quiescing {
  /** Outermost first: what is named first rests first, and is let go last. None: nothing is brought to rest. */
  readonly means: readonly Quiesce[];
  /** Milliseconds after which everything is let go, whatever the hook does. */
  readonly limitMs: number;
  /** A cut that is worth less fails the job. */
  readonly require: Grade;
}

/** How a task without `quiesce` is. */
export const UNTOUCHED: Quiescing = { means: [], limitMs: 10_000, require: 'crash' };

/** Something that is to rest during the cut: the undo of its step lets it go. */
export interface Rest {
  readonly step: Step;
  /** The guest that it brings to rest; undefined: what all of the task stands on. */
  readonly guest: string | undefined;
  readonly grade: Grade;
  /** For people: `by agent`. */
  readonly by: string;
  /** What is noted before it and undone with the task, not with the cut: a file that is to be saved with the snapshots. */
  readonly stays?: Step;
  /** What people have to know of it. */
  readonly note?: string;
}

/** What is to be done to bring something to rest, and what need not be. */
export interface Rests {
  readonly rests: readonly Rest[];
  /** Guests that rest already, or can't be brought to rest and need not be: why, and what a cut is worth then. */
  readonly still: readonly { readonly guest: string; readonly grade: Grade; readonly why: string }[];
}

/** Of a guest that was shut down, as far as anybody knows: all is written. */
export const OFF = { grade: 'filesystem', why: 'is off, so there is nothing to bring to rest' } as const;

/** What the guests and means of a task came to. */
export interface Cut {
  readonly grade: Grade;
  /** Milliseconds from before the first came to rest until all were let go; undefined: nothing was brought to rest. */
  readonly restedMs: number | undefined;
  /** For people: `by agent`; undefined: nothing was brought to rest. */
  readonly by: string | undefined;
  /** What people have to know besides. */
  readonly notes: readonly string[];
}

/** How many grades are at least as good. */
function rank(grade: Grade): number {
  return GRADES.indexOf(grade);
}

/** Whether a grade is at least as good as another. */
export function isAtLeast(grade: Grade, least: Grade): boolean {
  return rank(grade) <= rank(least);
}

function best(grades: readonly Grade[]): Grade {
  return GRADES[Math.min(...grades.map(rank), GRADES.length - 1)] ?? 'crash';
}

function worst(grades: readonly Grade[]): Grade {
  return GRADES[Math.max(...grades.map(rank))] ?? 'crash';
}

/** What a cut is worth in which these rested to the end: of each guest the best, and of all guests the worst. */
export function gradeOf(guests: readonly Pick<Guest, 'name'>[], { rests, still }: Rests): Grade {
  const ofAll = rests.filter(({ guest }) => guest === undefined).map(({ grade }) => grade);
  if (guests.length === 0) return best(ofAll);
  return worst(
    guests.map(({ name }) => {
      const own = [...rests, ...still].filter(({ guest }) => guest === name).map(({ grade }) => grade);
      return best([...own, ...ofAll]);
    }),
  );
}
