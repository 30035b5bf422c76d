import type { Quiescing } from './quiesce.ts';
import type { Selection } from './selection.ts';
import type { Trust } from './volume.ts';

/**
 * The kinds of sources, each with what a provider has to know of one. Open: an entry of config/sources adds its own, so that
 * whoever makes such a source and whoever resolves it are held to the same form, and neither knows the other.
 */
export interface SourceKinds {}

/** What a task asks to have snapshotted. Exactly one a task. */
export type Source = { [Kind in keyof SourceKinds]: SourceOf<Kind> }[keyof SourceKinds];
export type SourceOf<Kind extends keyof SourceKinds> = { readonly kind: Kind } & SourceKinds[Kind];

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
  readonly choice: Selection;
  /** What to do where a part of an origin can't be mounted: fail, or go on and say so. */
  readonly skip: 'error' | 'warn';
  readonly trust: Trust;
  /** Files of which each may open what is encrypted. */
  readonly keys: readonly string[];
  /** Whether file systems are checked before they are mounted. */
  readonly check: boolean;
  /** Whether a thick snapshot that fills up is extended while the task is open. */
  readonly autoextend: boolean;
  /** How it is brought to rest while its snapshots are taken. */
  readonly quiescing: Quiescing;
  /** Milliseconds that a hook may take; see deadline.ts. */
  readonly timeoutMs: number;
}
