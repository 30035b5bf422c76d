import type { RunNames } from './provider.ts';
import type { Facts, NotedStep, Step } from './step.ts';

/** A stretch of a block device. */
export interface Extent {
  readonly device: string;
  /** Bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** What a volume or a partition holds, found by looking at its bytes. */
export interface Content {
  /** blkid's name of the type: `ext4`, `swap`, `LVM2_member`; undefined: nothing known was found. */
  readonly type: string | undefined;
  readonly uuid: string | undefined;
  /** Why it can't be told, e.g. several signatures. */
  readonly doubt: string | undefined;
}

export interface Partition {
  readonly number: number;
  readonly extent: Extent;
  readonly content: Content;
}

/** A block device with what is inside: a file system (or swap …) on the whole of it, or partitions. */
export interface Volume {
  readonly device: string;
  readonly table: 'dos' | 'gpt' | undefined;
  /** Of the whole device; nothing where there is a partition table. */
  readonly content: Content;
  readonly partitions: readonly Partition[];
}

/** A file system that is going to be mounted. */
export interface PlannedMount {
  /** The origin's label, with `/p1` for a partition. */
  readonly label: string;
  /** Index of the origin in the task. */
  readonly origin: number;
  readonly type: string;
  readonly extent: Extent | undefined;
  /** The snapshot's device; a partition gets a loop device over it. */
  readonly snapshotDevice: string;
  readonly subdirectory: string | undefined;
  readonly point: string;
}

/** A part of an origin that is not mounted, and why. */
export interface Skipped {
  readonly label: string;
  readonly origin: number;
  readonly type: string | undefined;
  readonly reason: string;
  /** Nothing is lost by it: swap, an extended partition. */
  readonly harmless: boolean;
}

/** Looks into volumes and mounts what is in them. The only place that knows partition tables and file systems. */
export interface Guests {
  /** Looks at devices; changes nothing. Throws `volume.unreadable`. */
  look(devices: readonly string[]): Promise<readonly Volume[]>;
  /** Why a content can't be mounted here; undefined if it can be. `harmless`: nothing worth saving is in it. */
  refusal(content: Content): { readonly reason: string; readonly harmless: boolean } | undefined;
  loopStep(extent: Extent, snapshotUuid: string): Step;
  /** Makes loop devices for noted loop steps; the facts hold `device`. */
  attach(steps: readonly NotedStep[]): Promise<readonly Facts[]>;
  mountStep(mount: PlannedMount, device: string, snapshotUuid: string): Step;
  /** Mounts read-only; the facts hold `id`, the mount id. Throws `mount.failed`. */
  mount(step: NotedStep): Promise<Facts>;
  /** For each mount of ours why it is not what it was when we made it; undefined: it is the same and can be read. */
  disturbed(steps: readonly NotedStep[]): Promise<readonly (string | undefined)[]>;
  /** The commands that mount and unmount, for people. */
  commands(mount: PlannedMount): { readonly mount: readonly string[]; readonly unmount: readonly string[] };
}

/** The directories that mounts go to. */
export interface MountPoints {
  /** Throws `mount.point` if the directory can't become our mount point: in use, not empty, a symlink, its parent missing (but for `ours`, which hooks make). Changes nothing. */
  check(point: string, ours: string): void;
  /** Which of these mounts, if any, others on the host could look into, and the command that keeps them out. */
  exposed(mount: string, points: readonly string[]): string | undefined;
  /** The steps that make `mount` and the directories below it, outermost first. */
  steps(mount: string, points: readonly string[]): readonly Step[];
  /** The facts tell the directory from a later one of the same name. */
  make(step: NotedStep): Facts;
}

/** The files beneath our mounts, by which a directory whose mount has gone away is told from an empty one. */
export interface Markers {
  steps(points: readonly string[], names: RunNames): readonly Step[];
  /** Throws `mount.point`. */
  make(step: NotedStep): void;
}
