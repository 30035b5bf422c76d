import type { RunNames } from '../model/snapshot.ts';
import type { Facts, NotedStep, Step } from '../model/step.ts';

/** A mount that was made. */
export interface Mounted {
  /** They hold `id`, the mount id. */
  readonly facts: Facts;
  /** What should be told of it. */
  readonly notes: readonly string[];
}

/** How a mount of ours is now. */
export interface MountState {
  /** Why it is not what it was when we made it; undefined: it is the same and can be read. */
  readonly disturbed: string | undefined;
  /** The process, with its number, in whose mount namespace it stands; undefined: it stands in ours, or nowhere. */
  readonly home: string | undefined;
}

/** The directories that mounts go to. */
export interface MountPoints {
  /** Throws `mount.point` if the directory can't become our mount point: in use, not empty, a symlink, its parent missing (but for `ours`, which hooks make). Changes nothing. */
  check(point: string, ours: string): Promise<void>;
  /** Which of these mounts, if any, others on the host could look into, and what keeps them out. */
  exposed(points: readonly string[]): Promise<string | undefined>;
  /** The steps that make `mount` and the directories below it, outermost first. */
  steps(mount: string, points: readonly string[]): readonly Step[];
  /** The facts tell the directory from a later one of the same name. */
  make(step: NotedStep): Promise<Facts>;
}

/** The files beneath our mounts, by which a directory whose mount has gone away is told from an empty one. */
export interface Markers {
  steps(mount: string, points: readonly string[], names: RunNames): readonly Step[];
  /** Throws `mount.point`. */
  make(step: NotedStep): Promise<Facts>;
}
