import { matchesGlob } from '../../core/text/glob.ts';
import type { GuestQuery } from '../../core/model/guest.ts';
import { list, map, text, whole } from '../forms.ts';
import {
  EACH_EXPECTED,
  eachProblem,
  GLOB_EXPECTED,
  globProblem,
  guestGlobProblem,
  namesGlobProblem,
  splitChecked,
} from '../names.ts';
import type { SourceOf } from '../../core/model/task.ts';
import type { SourceEntry } from './entry.ts';

declare module '../../core/model/task.ts' {
  interface SourceKinds {
    readonly each:
      | {
          readonly vg: string;
          /** A shell-like pattern (`*`, `?`, `[...]`) for the names of LVs. */
          readonly glob: string;
          /** Patterns of the same kind; an LV that fits one is left out. */
          readonly exclude: readonly string[];
        }
      | { readonly guests: GuestQuery };
  }
}

interface Written {
  readonly lv?: string | undefined;
  readonly vm?: string | undefined;
  readonly exclude: readonly string[];
}

/** The logical volumes of a volume group, or the guests of this host, whose names match a pattern. */
export const each: SourceEntry<SourceOf<'each'>, Written> = {
  key: 'each',
  form: whole(
    map(
      {
        lv: text(EACH_EXPECTED, eachProblem)
          .optional()
          .describe('The VG and a pattern (`*`, `?`, `[...]`) for its LVs; it is an error if no LV matches.')
          .meta({ examples: ['in.zekjur.net/domu-*'] }),
        vm: text('must be a pattern for names of guests, for example web-*', guestGlobProblem)
          .optional()
          .describe(
            'A pattern for the names of guests, with all their disks, in a directory for each guest; it is an error if no guest matches.',
          )
          .meta({ examples: ['web-*'] }),
        exclude: list(text(GLOB_EXPECTED, namesGlobProblem), 'must be a list of patterns, for example [domu-test*]')
          .default([])
          .describe(
            'What to leave out: patterns for the names of LVs without the VG, or of guests; what is left out is not protected.',
          )
          .meta({ examples: [['domu-test*', '*-swap']] }),
      },
      'must be a map, for example each: {lv: in.zekjur.net/domu-*}',
    ),
    ({ lv, exclude }) =>
      (lv === undefined ? [] : exclude).flatMap((glob, index) => {
        const what = globProblem(glob);
        return what === undefined ? [] : [{ at: ['exclude', index], what }];
      }),
  )
    .refine((value) => ['lv', 'vm'].filter((key) => Object.hasOwn(Object(value) as object, key)).length === 1, {
      // Also where another key is wrong: the admin should hear of both at once.
      when: ({ value }) => typeof value === 'object',
      error: 'must have either lv or vm, for example {lv: in.zekjur.net/domu-*}',
    })
    .describe('Takes snapshots of all that match, right after each other; each LV needs room in its VG.'),
  without: [],
  excludes: ['parts'],
  trust: 'guest',
  from({ lv, vm, exclude }) {
    if (lv === undefined) {
      const all = { hypervisor: undefined, uri: undefined, disks: [], excludeDisks: [] };
      return { kind: 'each', guests: { ...all, name: vm ?? '', each: true, exclude } };
    }
    const { vg, name } = splitChecked(lv);
    return { kind: 'each', vg, glob: name, exclude };
  },
  describe(source) {
    const without = 'guests' in source ? source.guests.exclude : source.exclude;
    const what = 'guests' in source ? `vm ${source.guests.name}` : `lv ${source.vg}/${source.glob}`;
    return { text: `each ${what}${without.length > 0 ? ` without ${without.join(', ')}` : ''}` };
  },
  saved(source) {
    if ('guests' in source) {
      const { name: glob, exclude } = source.guests;
      return { namespace: 'vm', name: glob, covers: (name) => isMeant(name, glob, exclude) };
    }
    const { vg, glob, exclude } = source;
    const covers = (name: string): boolean =>
      name.startsWith(`${vg}/`) && isMeant(name.slice(vg.length + 1), glob, exclude);
    return { namespace: 'lv', name: `${vg}/${glob}`, covers };
  },
};

function isMeant(name: string, glob: string, exclude: readonly string[]): boolean {
  return matchesGlob(name, glob) && !exclude.some((one) => matchesGlob(name, one));
}
