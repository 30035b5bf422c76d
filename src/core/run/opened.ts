import type { Cut } from '../model/quiesce.ts';
import type { OpenedPath } from '../model/reply.ts';
import type { Layout } from './layout.ts';
import type { Prepared } from './prepare.ts';
import type { Leftover } from '../journal/replay.ts';

/** A disk as it is in its snapshot: nothing has looked into it. */
export interface OpenedImage {
  /** How it is told from the others of its task; '' where there can be no other. */
  readonly disk: string;
  readonly label: string;
  /** The block device or file that has its bytes. */
  readonly device: string;
}

/** What came of an opening. */
export type Opened =
  | {
      readonly kind: 'opened';
      readonly run: string;
      readonly paths: readonly OpenedPath[];
      readonly prepared: Prepared;
      readonly layout: Layout;
      /** The disks, where these are read as they are; undefined: what is in them is mounted. */
      readonly images: readonly OpenedImage[] | undefined;
      /** The run that had been left and was cleared first; `wasOpen`: its job may still go on. */
      readonly cleared: { readonly run: string; readonly wasOpen: boolean } | undefined;
      /** What the check of the file systems found, a line each. */
      readonly findings: readonly string[];
      /** What the snapshots are worth; undefined where nobody asked for that. */
      readonly cut: Cut | undefined;
      /** See `Taken` of cut.ts. */
      readonly apartMs: number | undefined;
      /** Why snapshots that could be extended won't be. */
      readonly unwatched: string | undefined;
    }
  /** The same run of the product had opened the task already; nothing was done. */
  | { readonly kind: 'again'; readonly run: string; readonly paths: readonly OpenedPath[] }
  | { readonly kind: 'failed'; readonly fault: Error; readonly leftovers: readonly Leftover[] };
