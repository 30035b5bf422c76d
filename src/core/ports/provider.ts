import type { Needs } from '../model/needs.ts';
import type { Facts, NotedStep, Outcome, UndoHandler } from '../model/step.ts';
import type { Size, Source } from '../model/task.ts';
import type { Health, Marked, Origin, PlannedSnapshot, Resolved, RunNames, Trace } from '../model/snapshot.ts';

/** Told of long work: what it is, and how many bytes of how many are done. */
export type Progress = (what: string, done: number, total: number) => void;

/**
 * Takes and removes snapshots of one kind of storage, many at once. What it makes is marked with the run, so that it can
 * be proved to be ours; its steps have its `kind`.
 */
export interface Provider {
  readonly kind: string;
  /** Whether a path can be snapshotted as it stands, and why or why not: `/srv is on vg0/data (ext4)`. Throws `origin.unknown`. */
  find(path: string): Promise<{ readonly claims: boolean; readonly why: string }>;
  /** The origins a source stands for; undefined where the source is not of this kind, or the path not on it. Throws `origin.*`. */
  resolve(source: Source): Promise<Resolved | undefined>;
  /** Names and sizes the snapshots, and checks the room for all of them together. Changes nothing. Throws `snapshot.no-space`, `origin.unsuitable`. */
  plan(origins: readonly Origin[], size: Size, names: RunNames): Promise<readonly PlannedSnapshot[]>;
  /** Makes and undoes what `place` of its snapshots asks for. */
  readonly places?: { make(step: NotedStep): Promise<Facts>; readonly undo: UndoHandler };
  /** Takes all of them, or throws `snapshot.failed`: then some may exist. The facts hold at least `uuid`. */
  take(planned: readonly PlannedSnapshot[]): Promise<readonly Facts[]>;
  health(steps: readonly NotedStep[]): Promise<readonly Health[]>;
  /**
   * What is to be noted of snapshots once all their mounts stand, so that `traces` can tell later what others did. `quiet`:
   * the drivers of the mounts write no more.
   */
  stamp?(steps: readonly NotedStep[], quiet: boolean): readonly Facts[];
  /** What the snapshots tell of others, in their order; changes nothing. */
  traces?(steps: readonly NotedStep[]): Promise<readonly Trace[]>;
  /** One that is somebody's (`adoptionOf`) is left, unless it is gone. */
  remove(steps: readonly NotedStep[]): Promise<readonly Outcome[]>;
  /**
   * All snapshots that are marked as ours, as far as they can be found; `sources`: where some may be. One whose run has no
   * journal is never removed by us, only told of. `after removal`: as they were seen after the last `remove`, if there was one.
   */
  marked(when: 'now' | 'after removal', sources?: readonly Source[]): Promise<readonly Marked[]>;
  /** What `take` and `remove` need of the machine. */
  needs(planned: readonly PlannedSnapshot[]): Needs;
  rests: UndoHandler['rests'];
  describe: UndoHandler['describe'];
  /** The commands that `take` and `remove` would run, for people. */
  commands(planned: readonly PlannedSnapshot[]): {
    readonly take: readonly string[];
    readonly remove: readonly string[];
  };
}
