import type { Guest } from '../model/guest.ts';
import type { Quiesce, QuiesceKinds, QuiesceOf, Rests } from '../model/quiesce.ts';
import type { PlannedSnapshot, RunNames } from '../model/snapshot.ts';
import type { NotedStep, UndoHandler } from '../model/step.ts';

/** The cut that something is to rest for. */
export interface CutPlan extends RunNames {
  /** The snapshots that are to be taken, of all storages. */
  readonly planned: readonly PlannedSnapshot[];
  /** They are of one instant, since there is but one, or since nothing writes to what they are of; undefined: nobody knows that. */
  readonly oneInstant?: boolean;
}

/** One way to bring guests, databases or whatever else writes to rest, while snapshots are taken. */
export interface Quiescer<Kind extends keyof QuiesceKinds = keyof QuiesceKinds> {
  /** The kind of the means, and of all its steps. */
  readonly kind: Kind;
  /**
   * What is to rest, after a look whether it can be done: the agent answers, the database lets us in. Changes nothing. Throws
   * `quiesce.failed`.
   */
  prepare(means: QuiesceOf<Kind>, guests: readonly Guest[], plan: CutPlan): Promise<Rests>;
  /**
   * Brings it to rest, and ends when it rests. The step is noted. Throws `quiesce.failed` where it does not rest within so many
   * milliseconds, or at all: then it may rest yet, and is let go in any case.
   */
  rest(step: NotedStep, mostMs: number): Promise<void>;
  /**
   * What has to be done at the end, after all snapshots were taken and while it still rests. Throws `quiesce.failed` where the snapshots are
   * worth nothing without it.
   */
  finish?(step: NotedStep, mostMs: number): Promise<void>;
  /** Whether the step's undo found that it had been let go before: what was cut then may not be of one instant. */
  wasEarly(step: NotedStep): boolean;
  /** Let go before all snapshots are taken, these may be damaged, and not only of different instants: then the cut fails. */
  readonly spoils?: true;
  /** Lets it go. `undone` only where it surely runs, and does not come to rest later by what was given up. */
  readonly handler: UndoHandler;
  /** Undo what stays until the task is closed. */
  readonly lasting?: readonly UndoHandler[];
}

/** Sees to it that what rests is let go, whatever becomes of this process. */
export interface Guard {
  /**
   * Starts another process that undoes all steps of a journal that bring something to rest, as soon as the lock of the task is free, or
   * after `limitMs`. Resolves when it watches; throws `quiesce.unguarded` where it does not.
   */
  arm(journal: { readonly path: string; readonly run: string }, limitMs: number): Promise<void>;
}

/** The means of a task by their kind. Throws where there is none: a task has only what config/quiesce makes. */
export function quiescerOf(kind: string, quiescers: readonly Quiescer[]): Quiescer {
  const found = quiescers.find((one) => one.kind === kind);
  if (!found) throw new Error(`nothing brings to rest by '${kind}'`);
  return found;
}

/** Of `Quiescer.prepare`, where the kind of the means is not known. */
export function prepareMeans(
  means: Quiesce,
  guests: readonly Guest[],
  plan: CutPlan,
  quiescers: readonly Quiescer[],
): Promise<Rests> {
  return quiescerOf(means.kind, quiescers).prepare(means, guests, plan);
}
