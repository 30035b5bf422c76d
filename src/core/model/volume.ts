import type { Shape } from './snapshot.ts';

/** A stretch of a block device. */
export interface Extent {
  readonly device: string;
  /** Bytes. */
  readonly offset: number;
  readonly bytes: number;
}

/** What to look into. */
export interface DeviceToInspect {
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
  /** Why that is not known, e.g. several signatures. */
  readonly doubt: string | undefined;
  /** For a partition in which nothing known was found: what it is for by its type, if that needs no file system. */
  readonly purpose?: string | undefined;
  /** Nothing could be looked at: its device is only there once it is opened. */
  readonly asleep?: true;
}

export interface Partition {
  readonly number: number;
  /** Device-mapper makes a device of it; a loop device is made of another one. */
  readonly linear?: boolean;
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
  /** Distinguishes it from all others that were found in one look. */
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
  /** Undefined: that is only known when it is a device. */
  readonly content: Content | undefined;
  /** The kernel has to read from the disk where its data lie: those of a thin pool. */
  readonly readByKernel?: boolean;
  /** What is in it is known with a key. */
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
 * software RAID, or an encrypted part, whose maps only its key can show.
 */
export interface Container extends MemberPlace {
  /** Where its other parts are. */
  readonly also: readonly MemberPlace[];
  readonly kind: 'md' | 'luks';
  /** What makes it a device, its own last; for `luks` what shows the part itself. */
  readonly maps: readonly DeviceMap[];
}

/** What is in volumes. */
export interface Inspection {
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
  /** The stretch of a device that it is in; undefined: it is the whole of one. */
  readonly extent: Extent | undefined;
  /** The types of what it is in, innermost first: `LVM2_member`, `crypto_LUKS`. */
  readonly within: readonly string[];
  /** The key of the map that makes it a device: a logical volume of the guest, or a partition. A stretch without one gets a loop device. */
  readonly map: string | undefined;
  /** The snapshot's device. */
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

/**
 * Who may have written the file systems. `host`: the host itself; `guest`: the kernel may read them, but nothing in them
 * may run or lead elsewhere; `hostile`: the kernel never reads them, only programs outside it.
 */
export type Trust = 'host' | 'guest' | 'hostile';
