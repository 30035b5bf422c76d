import type { Needs } from '../model/needs.ts';
import type { JournalView } from '../journal/view.ts';
import type { Provider } from './provider.ts';
import type { Inventory } from './inventory.ts';
import type { Guard, Quiescer } from './quiescer.ts';
import type { Adopted } from '../model/adopted.ts';
import type { NotedStep, UndoHandler } from '../model/step.ts';
import type { Images } from './images.ts';
import type { Loops, Maps } from './devices.ts';
import type { Inspector, Unlocker } from './guests.ts';
import type { Foresight, Markers, MountPoints, Mounts } from './mounts.ts';

/** Everything the core needs of the machine it runs on; made in app.ts. */
export interface Machine {
  readonly providers: readonly Provider[];
  readonly inventories: readonly Inventory[];
  readonly quiescers: readonly Quiescer[];
  readonly guard: Guard;
  readonly inspector: Inspector;
  readonly unlocker: Unlocker;
  readonly maps: Maps;
  readonly loops: Loops;
  readonly images: Images;
  readonly mounts: Mounts;
  readonly foresight: Foresight;
  readonly mountPoints: MountPoints;
  readonly markers: Markers;
  /** By kind of step. */
  readonly undo: ReadonlyMap<string, UndoHandler>;
  /** Directory of the journals. */
  readonly stateDirectory: string;
  /** Directory below which a task without `mount:` is mounted. */
  readonly runDirectory: string;
  readonly bootId: string;
  /** Sees to it that soon somebody watches over the snapshots of an open task, so that none runs full. Undefined, or why it can't be done; never throws. */
  watch(journal: JournalView): Promise<string | undefined>;
  /** How long nobody watched the snapshots of a task of which somebody should; undefined: not for long. */
  unwatched(journal: JournalView): Unwatched | undefined;
  /** The same machine, on which programs that read what guests wrote may do nothing else as far as that can be had. */
  confined(): Machine;
  /** What should be reported of how it works, after it has. */
  readonly notes: readonly string[];
  /** What the machine lacks of it, for people; empty: nothing. */
  lacks(needs: Needs): readonly string[];
  /** Who has something open in the mounts or devices of these steps: `tar (4711)`; empty: nobody. */
  usersOf(steps: readonly NotedStep[]): Promise<readonly string[]>;
  /** Whether a process that `keeperOf` has named may still be there. */
  isThere(keeper: string): boolean;
  /** By which others have made snapshots of these steps their own (core/run/adopted.ts), by the number of the step. Never throws. */
  adoptedOn(steps: readonly NotedStep[]): Promise<Adopted>;
  /** Commands of this task that were given up, or left by a hook that was killed, and that still run: `lvm (4711)`. */
  unfinished(): readonly string[];
  /**
   * Throws `task.interrupted` if a signal has asked us to stop, `task.timeout` if the rest of our time is needed for
   * undoing. Called between steps of an opening only.
   */
  checkInterrupted(): void;
  readonly log: Log;
}

/** Nobody watched for so many milliseconds, all in all. `still`: and nobody does now. */
export interface Unwatched {
  readonly ms: number;
  readonly still: boolean;
}

/** Where events are written for whoever looks later; never for the backup product. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
