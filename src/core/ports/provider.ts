import type { Needs } from '../model/needs.ts';
import type { Facts, NotedStep, UndoHandler } from '../model/step.ts';
import type { Size, Source } from '../model/task.ts';
import type {
  DueStep,
  Fill,
  Health,
  Marked,
  Origin,
  PlannedSnapshot,
  Resolved,
  RunNames,
  Trace,
} from '../model/snapshot.ts';
import type { CommandPair } from './devices.ts';

/** Called during long work: what it is, and how many bytes of how many are done. */
export type Progress = (what: string, done: number, total: number) => void;

/**
 * Takes and removes snapshots of one kind of storage, many at once. What it makes is marked with the run, so that it can
 * be proved to be ours. What not every storage can do is in interfaces of its own, below.
 */
export interface Provider extends Partial<Finding>, Partial<Tracing>, Partial<Explaining> {
  /** Also that of the last step of each of its snapshots. */
  readonly kind: string;
  /** The origins a source stands for; undefined where the source is not of this kind, or the path not on it. Throws `origin.*`. */
  resolve(source: Source): Promise<Resolved | undefined>;
  /** Names and sizes the snapshots, and checks the room for all of them together. Changes nothing. Throws `snapshot.no-space`, `origin.unsuitable`. */
  plan(origins: readonly Origin[], size: Size, names: RunNames): Promise<readonly PlannedSnapshot[]>;
  /**
   * Carries out noted steps of one kind, or throws `snapshot.failed`: then some may be done. The facts of a last step hold at
   * least `uuid`, and `device` where that could not be planned. `held`: to be called when nothing more will be taken, before it is looked at what came of
   * it, since something stands still for so long; a provider that does not look need not call it.
   */
  take(due: readonly DueStep[], held?: () => Promise<void>): Promise<readonly Facts[]>;
  /** Of the last steps of snapshots. */
  health(steps: readonly NotedStep[]): Promise<readonly Health[]>;
  /**
   * One for each kind of its steps, in the order in which a snapshot needs them: all steps of one kind are carried out before
   * the first of the next. A snapshot that is somebody's (`adoptionOf`) is left, unless it is gone.
   */
  readonly handlers: readonly UndoHandler[];
  /**
   * All snapshots that are marked as ours, as far as they can be found; `sources`: where some may be. One whose run has no
   * journal is never removed by us, only reported. `after removal`: as they were seen after the last were undone, if any were. Of the runs `known`
   * nobody asks, so theirs may be missing: to look for users of many snapshots takes long.
   */
  marked(
    when: 'now' | 'after removal',
    sources?: readonly Source[],
    known?: ReadonlySet<string>,
  ): Promise<readonly Marked[]>;
}

/** Of a storage that may hold a path. */
export interface Finding {
  /** Whether a path can be snapshotted as it stands, and why or why not: `/srv is on vg0/data (ext4)`. Throws `origin.unknown`. */
  find(path: string): Promise<{ readonly claims: boolean; readonly why: string }>;
}

/** Of a storage whose snapshots show what others did to them. */
export interface Tracing {
  /** What the snapshots show of others, in their order; changes nothing. */
  traces(steps: readonly NotedStep[]): Promise<readonly Trace[]>;
  /**
   * What is to be noted of snapshots once all their mounts stand, so that `traces` can find out later what others did. `quiet`:
   * the drivers of the mounts write no more.
   */
  stamp(steps: readonly NotedStep[], quiet: boolean): readonly Facts[];
}

/** Of a storage that works by commands. */
export interface Explaining {
  /** What taking and removing snapshots needs of the machine. */
  needs(planned: readonly PlannedSnapshot[]): Needs;
  /** The commands that would take and remove them, for people. */
  commands(planned: readonly PlannedSnapshot[]): readonly CommandPair[];
}

/**
 * Of a storage whose snapshots have room of their own, which runs full, and which can be extended while they are in use. It is an object of
 * its own (src/providers/growing.ts), since the process that watches for hours loads nothing else of a provider.
 */
export interface Growing {
  /** As of its provider. */
  readonly kind: string;
  /** Of the last steps of snapshots; undefined: that one is not there, is lost, or has no room of its own. Changes nothing. */
  fills(steps: readonly NotedStep[]): Promise<readonly (Fill | undefined)[]>;
  /**
   * Extends a snapshot of which more than `above` percent are in use by `by` percent of its size, or by all the room there is where that is
   * less. False: it is not there any more. Throws why it was not extended.
   */
  extend(step: NotedStep, above: number, by: number): Promise<boolean>;
}
