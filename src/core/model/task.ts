import type { Choice } from './selection.ts';
import type { Trust } from './volume.ts';

/** What a task asks to have snapshotted. Exactly one kind a task. */
export type Source =
  | { readonly kind: 'lv'; readonly vg: string; readonly lv: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'subvolume'; readonly path: string }
  | {
      readonly kind: 'file';
      /** An absolute path with shell-like patterns (`*`, `?`, `[...]`) in any of its parts. */
      readonly glob: string;
      /** Whether an image that can't be snapshotted is copied. */
      readonly copy: boolean;
    }
  | {
      readonly kind: 'each';
      readonly vg: string;
      /** A shell-like pattern (`*`, `?`, `[...]`) for the names of LVs. */
      readonly glob: string;
      /** Patterns of the same kind; an LV that fits one is left out. */
      readonly exclude: readonly string[];
    };

/** How much room a snapshot gets. `auto`: 20 % of the origin, at least 256 MiB. Never more than a snapshot can use. */
export type Size =
  | { readonly kind: 'auto' }
  | { readonly kind: 'full' }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'percent'; readonly percent: number };

/** A task as the admin configured it: the unit that is opened and closed. */
export interface Task {
  /** The name that the backup product uses. 1 to 128 bytes of UTF-8, no `/`, no control character, no leading `-` or `.`. */
  readonly name: string;
  readonly source: Source;
  /** An absolute path; undefined: a directory of the task's own below the run directory. */
  readonly mount: string | undefined;
  readonly size: Size;
  readonly choice: Choice;
  /** What to do where a part of an origin can't be mounted: fail, or go on and say so. */
  readonly skip: 'error' | 'warn';
  readonly trust: Trust;
  /** Files of which each may open what is encrypted. */
  readonly keys: readonly string[];
  /** Whether file systems are checked before they are mounted. */
  readonly check: boolean;
  /** Whether a thick snapshot that fills up is extended while the task is open. */
  readonly autoextend: boolean;
  /** Milliseconds that a hook may take; see deadline.ts. */
  readonly timeoutMs: number;
}
