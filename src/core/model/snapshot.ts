import type { FoundLayer, LayeredImage } from './image.ts';
import type { NotedStep, Step } from './step.ts';

/** A block device, a file that holds the bytes of a disk, or a directory whose files are just there. */
export type Shape = 'device' | 'image' | 'directory';

/** A live thing to protect, as one provider knows it. Its snapshot has the same shape. */
export interface Origin {
  readonly provider: string;
  /** How people know it: `vg/lv`. */
  readonly label: string;
  /** Where its mounts go below the task's mount; none where the task can have but one origin. The parts are safe file names. */
  readonly directory: readonly string[];
  /** 0 where there is no such number. */
  readonly bytes: number;
  readonly shape: Shape;
  /** The live block device, image file or directory. */
  readonly device: string;
  /** For `path:`: the directory of the origin's file system that is to be shown, relative, '' for all of it. */
  readonly subdirectory: string | undefined;
  /** The path the admin asked for, if it was a path. */
  readonly asked: string | undefined;
  /** Its device is not there, but that of its snapshot will be. */
  readonly asleep?: boolean;
  /** Its snapshot can be taken while its device is suspended. */
  readonly suspendable?: boolean;
  /** It is an image that is not raw: what is in its snapshot can only be seen when that is shown (core/ports/images.ts). */
  readonly image?: OriginImage;
  /** What its provider knows it by, and reads nobody else. An origin is data: a copy of it means the same. */
  readonly ref: Readonly<Record<string, string>>;
}

/** An image in layers as an origin, with the layers below it as they were found. */
export interface OriginImage extends LayeredImage {
  readonly below: readonly FoundLayer[];
}

/** Something that a source names and that is not an origin. */
export interface LeftOut {
  readonly label: string;
  readonly reason: string;
  /** Nobody would look for it in the backup: a thin pool, a snapshot, what is asked to be left out. */
  readonly harmless: boolean;
}

/** What a source stands for, and what it left aside. */
export interface Resolved {
  readonly origins: readonly Origin[];
  readonly leftOut: readonly LeftOut[];
}

/** A snapshot that could be taken. */
export interface PlannedSnapshot {
  readonly origin: Origin;
  /**
   * What makes it, each after what it needs: the directory that it lies in, a clone, a map. The last one has the kind of
   * its provider, and is what mounts lie on.
   */
  readonly steps: readonly Step[];
  /** Room set aside for changes, in bytes; 0 where the storage needs none in advance (thin). */
  readonly bytes: number;
  /** The block device, image file or directory that it will be. */
  readonly device: string;
  /** One line for people: name, size, and what of the storage stays free. */
  readonly note: string;
  /** Whether it can be made larger while it is in use, and why or from what. */
  readonly growth: Growth;
}

/** The step that mounts of a snapshot lie on. */
export function snapshotStep({ steps, origin }: Pick<PlannedSnapshot, 'steps' | 'origin'>): Step {
  const last = steps.at(-1);
  if (last?.kind === origin.provider) return last;
  throw new Error(`the snapshot of ${origin.label} does not end in a step of its provider`);
}

/** A step of a snapshot that is noted, and is going to be carried out. */
export interface DueStep {
  readonly snapshot: PlannedSnapshot;
  readonly noted: NotedStep;
}

export interface Growth {
  readonly possible: boolean;
  readonly note: string;
}

/** How much of a snapshot's own room is in use, in whatever unit its storage counts. */
export interface Fill {
  readonly used: number;
  readonly total: number;
}

/** Whether a snapshot still holds what it held when it was taken. */
export interface Health {
  readonly kind: 'good' | 'bad' | 'unknown';
  /** For `bad` and `unknown`: why, in one line. */
  readonly reason: string | undefined;
  /** Share of its room that is used, 0 to 1; undefined where there is no such number. */
  readonly fill: number | undefined;
  readonly bytes: number;
}

/** What a snapshot itself shows of others than us. */
export interface Trace {
  /** Bytes that they wrote to it; undefined: that is not known. */
  readonly bytes: number | undefined;
  /** What somebody did to it by which it is his, whether or not he is still at it: `made it writable`. */
  readonly done: string | undefined;
  /** Where it is; undefined: in the device that its step is known by, or it is a directory. */
  readonly at?: Whereabouts;
}

/** A device, by what proves it, or a file, by its path and by its file system and inode. */
export interface Whereabouts {
  readonly device?: string | undefined;
  readonly file?: { readonly path: string; readonly id: string | undefined };
}

/** A snapshot that is marked as ours. */
export interface Marked {
  readonly run: string;
  readonly what: string;
  /** The command that removes it. */
  readonly byHand: string;
  /** Who uses it now, as far as that was looked for. */
  readonly users?: readonly string[];
}

/** What a run is called where its snapshots are marked. */
export interface RunNames {
  readonly task: string;
  readonly run: string;
}
