import type { RunNames, Shape } from './provider.ts';
import type { Trust } from './task.ts';
import type { Facts, NotedStep, Step } from './step.ts';

/** A stretch of a block device. */
export interface Extent {
  readonly device: string;
  /** Bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** Where to look. */
export interface Place {
  readonly shape: Shape;
  readonly device: string;
  /** For the device of a container: the part in whose place it is shown. */
  readonly within?: MemberPlace;
}

/** What a volume or a partition holds, found by looking at its bytes. */
export interface Content {
  /** blkid's name of the type: `ext4`, `swap`, `LVM2_member`; `directory` for what is just files; undefined: nothing known was found. */
  readonly type: string | undefined;
  readonly uuid: string | undefined;
  readonly label?: string | undefined;
  /** Why it can't be told, e.g. several signatures. */
  readonly doubt: string | undefined;
  /** For a partition in which nothing known was found: what it is for by its type, if that needs no file system. */
  readonly purpose?: string | undefined;
  /** Nothing could be looked at: its device is only there once it is opened. */
  readonly asleep?: true;
}

export interface Partition {
  readonly number: number;
  readonly extent: Extent;
  readonly content: Content;
}

/** A block device or an image with what is inside: a file system (or swap …) on the whole of it, or partitions. */
export interface Volume {
  readonly device: string;
  /** Whether a loop device has to be made over it: an image, or a disk that has larger sectors than the guest knows of. */
  readonly looped: boolean;
  readonly bytes: number;
  readonly table: 'dos' | 'gpt' | undefined;
  /** Of the whole device; nothing where there is a partition table. */
  readonly content: Content;
  readonly partitions: readonly Partition[];
  readonly within?: MemberPlace | undefined;
}

/**
 * A word of a device-mapper table (dmsetup(8)): as it stands, a place on a volume in sectors of 512 bytes, or the device
 * that another map makes.
 */
export type MapWord =
  | string
  | { readonly volume: number; readonly sector: number }
  | { readonly map: string }
  /** A key: it goes to no log, journal or argument. */
  | { readonly secret: string };

/** A device that device-mapper makes of pieces of volumes. */
export interface DeviceMap {
  /** Tells it from all others that were found in one look. */
  readonly key: string;
  /** A line each of its table; start and length in sectors of 512 bytes. */
  readonly lines: readonly {
    readonly start: number;
    readonly sectors: number;
    readonly target: string;
    readonly words: readonly MapWord[];
  }[];
}

/** A logical volume of LVM inside a guest. */
export interface GuestLv {
  readonly name: string;
  readonly bytes: number;
  /** What makes it a device, each after those that it needs, its own last. */
  readonly maps: readonly DeviceMap[];
  /** Undefined: that can only be told when it is a device. */
  readonly content: Content | undefined;
  /** The kernel has to read what describes it on the disk: that of a thin pool. */
  readonly described?: boolean;
  /** What is in it can be told with a key. */
  readonly encrypted?: boolean;
  /** Why it can't be made one. */
  readonly refused: { readonly reason: string; readonly harmless: boolean } | undefined;
}

/** Where a physical volume of a guest lies. */
export interface MemberPlace {
  /** Index of the volume. */
  readonly volume: number;
  /** Number of the partition in it; undefined: it is the whole volume. */
  readonly partition: number | undefined;
}

/** A volume group of a guest, and the physical volume below which its LVs are shown: the first. */
export interface GuestGroup extends MemberPlace {
  /** Where its other physical volumes are. */
  readonly also: readonly MemberPlace[];
  readonly name: string;
  readonly lvs: readonly GuestLv[];
}

/** A physical volume below which nothing is shown, and why. */
export interface Member extends MemberPlace {
  readonly reason: string;
  readonly harmless: boolean;
}

/**
 * What has to be made a device before it can be looked into, and is then shown in the place of its (first) part: a
 * software RAID, or an encrypted part, whose maps only its key can tell.
 */
export interface Container extends MemberPlace {
  /** Where its other parts are. */
  readonly also: readonly MemberPlace[];
  readonly kind: 'md' | 'luks';
  /** What makes it a device, its own last; for `luks` what shows the part itself. */
  readonly maps: readonly DeviceMap[];
}

/** What is in volumes. */
export interface Seen {
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  readonly groups: readonly GuestGroup[];
  readonly members: readonly Member[];
}

/** A file system that is going to be mounted. */
export interface PlannedMount {
  /** The origin's label, with `/p1` for a partition. */
  readonly label: string;
  /** The label of the file system itself. */
  readonly name?: string | undefined;
  /** Index of the origin in the task. */
  readonly origin: number;
  /** Index of the volume that it is in: that of the origin, or of a container in it. */
  readonly volume: number;
  readonly type: string;
  readonly trust: Trust;
  readonly extent: Extent | undefined;
  /** The types of what it is in, innermost first: `LVM2_member`, `crypto_LUKS`. */
  readonly within: readonly string[];
  /** The key of the map that makes it a device: a logical volume of the guest. */
  readonly map: string | undefined;
  /** The snapshot's device; a partition gets a loop device over it. */
  readonly snapshotDevice: string;
  readonly subdirectory: string | undefined;
  readonly point: string;
}

/** A part of an origin that is not mounted, and why. */
export interface Skipped {
  readonly label: string;
  /** The label of the file system itself. */
  readonly name?: string | undefined;
  readonly origin: number;
  readonly type: string | undefined;
  readonly reason: string;
  /** Nothing is lost by it: swap, an extended partition. */
  readonly harmless: boolean;
  /** A plan can't look into it; an opening will. */
  readonly unseen?: boolean;
  /** It is not what the task asks for. */
  readonly unwanted?: boolean;
  /** The task asks for this part, and not just for all. */
  readonly asked?: boolean;
}

/** A mount that was made. */
export interface Mounted {
  /** They hold `id`, the mount id. */
  readonly facts: Facts;
  /** What should be told of it. */
  readonly notes: readonly string[];
}

/** What an opening would make of what is in its snapshots. */
export interface Wanted {
  readonly mounts: readonly PlannedMount[];
  readonly maps: readonly DeviceMap[];
  /** Something encrypted is opened. */
  readonly unlocks: boolean;
  readonly check: boolean;
}

/** Looks into volumes and mounts what is in them. The only place that knows partition tables and file systems. */
export interface Guests {
  /** Looks at devices, images and directories, but not again at what was seen before in these places; changes nothing. Throws `volume.unreadable`. */
  look(places: readonly Place[], before?: Seen): Promise<Seen>;
  /** Why a content can't be mounted here beside these others; undefined if it can be. `harmless`: nothing worth saving is in it. */
  refusal(
    content: Content,
    trust: Trust,
    others: readonly Content[],
  ): { readonly reason: string; readonly harmless: boolean } | undefined;
  /** What the host would take for its own if loop devices showed these stretches; undefined: nothing. */
  mistakableIn(extents: readonly Extent[]): Promise<readonly (string | undefined)[]>;
  /** Steps for maps over volumes of these UUIDs; the maps that one needs are before it. `first`: how many the run has already. */
  mapSteps(maps: readonly DeviceMap[], volumes: readonly string[], names: RunNames, first: number): readonly Step[];
  /** Throws `config.insecure` for a key file that others could read or change, `config.missing` for one that is not there. */
  checkKey(file: string): Promise<void>;
  /** The map, over the device as its only volume, that shows what is encrypted in it, with the first of the key files that fits; or why there is none. */
  unlock(key: string, device: string, keys: readonly string[]): Promise<DeviceMap | string>;
  /** Makes the devices of noted map steps over these volumes; the facts hold `device`. */
  map(steps: readonly NotedStep[], maps: readonly DeviceMap[], devices: readonly string[]): Promise<readonly Facts[]>;
  /** The commands that make and remove a loop device, for people. */
  loopCommands(extent: Extent): { readonly command: string; readonly undo: string };
  /** The commands that make and remove such devices, for people. */
  mapCommands(maps: readonly DeviceMap[]): readonly { readonly command: string; readonly undo: string }[];
  loopStep(extent: Extent, snapshotUuid: string): Step;
  /** Makes loop devices for noted loop steps; the facts hold `device`. */
  attach(steps: readonly NotedStep[]): Promise<readonly Facts[]>;
  mountStep(mount: PlannedMount, device: string, snapshotUuid: string): Promise<Step>;
  /** Whether what reads these mounts writes no more to their devices, also when they are unmounted. */
  areQuiet(mounts: readonly PlannedMount[]): boolean;
  /**
   * Looks at the file system that is going to be mounted, and checks it if that is asked for; what to tell of it. Throws
   * `volume.damaged`. Only the snapshot is changed by it.
   */
  inspect(step: Step, check: boolean): Promise<readonly string[]>;
  /** Mounts read-only. Throws `mount.failed`. */
  mount(step: NotedStep): Promise<Mounted>;
  /** How each mount of ours is now. */
  disturbed(steps: readonly NotedStep[]): Promise<readonly MountState[]>;
  /** What an opening would have to tell of these mounts. */
  foresee(mounts: readonly PlannedMount[]): Promise<readonly string[]>;
  /** What this machine lacks for it, and why that would fail; empty: nothing. Changes nothing. */
  lacking(wanted: Wanted): readonly string[];
  /** The commands that mount and unmount, for people. */
  commands(mount: PlannedMount): { readonly mount: readonly string[]; readonly unmount: readonly string[] };
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
