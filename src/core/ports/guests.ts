import type { RunNames } from '../model/snapshot.ts';
import type { Trust } from '../model/volume.ts';
import type { Facts, NotedStep, Step } from '../model/step.ts';
import type { Content, DeviceMap, Extent, Place, PlannedMount, Seen } from '../model/volume.ts';
import type { MountState, Mounted } from './mounts.ts';

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
