import { each } from './each.ts';
import type { SourceEntry } from './entry.ts';
import { file } from './file.ts';
import { lv } from './lv.ts';
import { path } from './path.ts';
import { subvolume } from './subvolume.ts';

/** All ways to say what a task saves, in the order in which people read of them. */
export const sources: readonly SourceEntry[] = [lv, path, each, file, subvolume];
