import { text } from '../forms.ts';
import { PATH_EXPECTED, pathProblem, plainPath } from '../names.ts';
import type { SourceOf } from '../../core/model/task.ts';
import type { SourceEntry } from './entry.ts';

declare module '../../core/model/task.ts' {
  interface SourceKinds {
    readonly subvolume: { readonly path: string };
  }
}

/** A btrfs subvolume. */
export const subvolume: SourceEntry<SourceOf<'subvolume'>, string> = {
  key: 'subvolume',
  form: text(PATH_EXPECTED, pathProblem)
    .describe(
      'Takes a snapshot of this btrfs subvolume. Subvolumes below it are not in the snapshot; the job log lists them.',
    )
    .meta({ examples: ['/srv/data'] }),
  without: ['size', 'autoextend', 'partitions', 'keys', 'check'],
  excludes: ['paths'],
  trust: 'host',
  from: (value) => ({ kind: 'subvolume', path: plainPath(value) }),
  describe: ({ path }) => ({ text: `subvolume ${path}` }),
  saved: ({ path }) => ({ namespace: 'path', name: path }),
};
