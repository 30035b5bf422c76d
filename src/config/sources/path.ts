import { text } from '../forms.ts';
import { PATH_EXPECTED, pathProblem, plainPath } from '../names.ts';
import type { SourceOf } from '../../core/model/task.ts';
import type { SourceEntry } from './entry.ts';

declare module '../../core/model/task.ts' {
  interface SourceKinds {
    readonly path: { readonly path: string };
  }
}

/** A directory, whatever storage it is on. */
export const path: SourceEntry<SourceOf<'path'>, string> = {
  key: 'path',
  form: text(PATH_EXPECTED, pathProblem)
    .describe(
      'Takes a snapshot of the LV or the btrfs subvolume behind this path. The mount shows only what is below the path.',
    )
    .meta({ examples: ['/srv/data'] }),
  without: [],
  excludes: ['parts', 'paths'],
  trust: 'host',
  from: (value) => ({ kind: 'path', path: plainPath(value) }),
  describe: ({ path }) => ({ text: `path ${path}` }),
  saved: ({ path }) => ({ namespace: 'path', name: path }),
};
