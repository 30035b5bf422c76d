import type { RunNames } from '../model/snapshot.ts';
import type { Facts, NotedStep, Step } from '../model/step.ts';
import type { DeviceMap, PlannedMount } from '../model/volume.ts';

/** A mount that was made. */
export interface Mounted {
  /** They hold `id`, the mount id. */
  readonly facts: Facts;
  /** What should be reported of it. */
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
  /** Throws `mount.point` if the directory can't become our mount point: in use, not empty, a symlink, its parent missing (except for `ours`, which hooks make). Changes nothing. */
  check(point: string, ours: string): Promise<void>;
  /** Which of these mounts, if any, others on the host could look into, and what keeps them out. */
  exposed(points: readonly string[]): Promise<string | undefined>;
  /** The steps that make `mount` and the directories below it, outermost first. */
  steps(mount: string, points: readonly string[]): readonly Step[];
  /** In this order. The facts distinguish each directory from a later one of the same name. */
  make(steps: readonly NotedStep[]): Promise<readonly Facts[]>;
}

/** The files beneath our mounts, which distinguish a directory whose mount has gone away from an empty one. */
export interface Markers {
  steps(mount: string, points: readonly string[], names: RunNames): readonly Step[];
  /** Throws `mount.point`. */
  make(steps: readonly NotedStep[]): Promise<readonly Facts[]>;
}

/** What an opening would make of what is in its snapshots. */
export interface Wanted {
  readonly mounts: readonly PlannedMount[];
  readonly maps: readonly DeviceMap[];
  /** Something encrypted is opened. */
  readonly unlocks: boolean;
  readonly check: boolean;
}

/** Mounts file systems read-only. */
export interface Mounts {
  step(mount: PlannedMount, device: string, snapshotUuid: string): Promise<Step>;
  /**
   * Looks at the file system that is going to be mounted, and checks it if that is asked for; what to report of it. Throws
   * `volume.damaged`. Only the snapshot is changed by it.
   */
  check(step: Step, whole: boolean): Promise<readonly string[]>;
  /** All of them, in their order. `between` is called between what can be interrupted. Throws `mount.failed`. */
  make(steps: readonly NotedStep[], between: () => void): Promise<readonly Mounted[]>;
  /** Whether what reads these mounts writes no more to their devices, also when they are unmounted. */
  areQuiet(mounts: readonly PlannedMount[]): boolean;
  /** How each mount of ours is now. */
  disturbed(steps: readonly NotedStep[]): Promise<readonly MountState[]>;
  /** The commands that mount and unmount, for people. */
  commands(mount: PlannedMount): { readonly mount: readonly string[]; readonly unmount: readonly string[] };
}

/** Says before an opening what it would run into. Changes nothing. */
export interface Foresight {
  /** What an opening would have to report of these mounts. */
  foresee(mounts: readonly PlannedMount[]): Promise<readonly string[]>;
  /** What this machine lacks for it, and why that would fail; empty: nothing. */
  lacking(wanted: Wanted): readonly string[];
}
