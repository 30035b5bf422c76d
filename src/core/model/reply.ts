import type { Fault } from './fault.ts';

/** What is known about the saved data when a task is closed. */
export type Verdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'bad'; readonly reasons: readonly string[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A mount for a backup product to read. */
export interface OpenedPath {
  /** The origin as the admin knows it: `vg/lv`, or the path that was asked for. */
  readonly source: string;
  readonly path: string;
}

/**
 * What happened, in terms that every product understands. `lines` are plain text for the job log, already escaped:
 * no line holds a control character.
 */
export type Reply = Outcome & {
  /** What is wrong besides, reported by a script of the admin's that the hook has called. */
  readonly besides?: string | undefined;
};

type Outcome =
  | { readonly kind: 'opened'; readonly paths: readonly OpenedPath[]; readonly lines: readonly string[] }
  | {
      readonly kind: 'closed';
      readonly verdict: Verdict;
      readonly leftovers: readonly string[];
      readonly lines: readonly string[];
    }
  /** The task is not ours, or there was nothing to close. */
  | { readonly kind: 'nothing'; readonly lines: readonly string[] }
  | {
      readonly kind: 'failed';
      /** A Fault was foreseen; anything else is a bug (exit status 70). */
      readonly fault: Fault | Error;
      readonly leftovers: readonly string[];
      readonly lines: readonly string[];
    };
