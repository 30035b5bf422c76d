import { matchesGlob } from '../../core/text/glob.ts';
import { list, map, text } from '../forms.ts';
import { EACH_EXPECTED, eachProblem, GLOB_EXPECTED, globProblem, splitChecked } from '../names.ts';
import type { SourceOf } from '../../core/model/task.ts';
import type { SourceEntry } from './entry.ts';

declare module '../../core/model/task.ts' {
  interface SourceKinds {
    readonly each: {
      readonly vg: string;
      /** A shell-like pattern (`*`, `?`, `[...]`) for the names of LVs. */
      readonly glob: string;
      /** Patterns of the same kind; an LV that matches one is left out. */
      readonly exclude: readonly string[];
    };
  }
}

interface Written {
  readonly lv: string;
  readonly exclude: readonly string[];
}

/** The logical volumes of a volume group whose names match a pattern. */
export const each: SourceEntry<SourceOf<'each'>, Written> = {
  key: 'each',
  form: map(
    {
      lv: text(EACH_EXPECTED, eachProblem)
        .describe('The VG and a pattern (`*`, `?`, `[...]`) for its LVs. It is an error if no LV matches.')
        .meta({ examples: ['in.zekjur.net/domu-*'] }),
      exclude: list(text(GLOB_EXPECTED, globProblem), 'must be a list of patterns, for example [domu-test*]')
        .default([])
        .describe('LVs to leave out: patterns for the names of LVs, without the VG. What is left out is not saved.')
        .meta({ examples: [['domu-test*', '*-swap']] }),
    },
    'must be a map, for example each: {lv: in.zekjur.net/domu-*}',
  ).describe('Takes snapshots of all LVs that match, right after each other; each needs room in the VG.'),
  without: [],
  excludes: ['parts'],
  trust: 'guest',
  from({ lv, exclude }) {
    const { vg, name } = splitChecked(lv);
    return { kind: 'each', vg, glob: name, exclude };
  },
  describe({ vg, glob, exclude }) {
    return { text: `each lv ${vg}/${glob}${exclude.length > 0 ? ` without ${exclude.join(', ')}` : ''}` };
  },
  saved({ vg, glob, exclude }) {
    const covers = (name: string): boolean => {
      const lv = name.startsWith(`${vg}/`) ? name.slice(vg.length + 1) : undefined;
      return lv !== undefined && matchesGlob(lv, glob) && !exclude.some((one) => matchesGlob(lv, one));
    };
    return { namespace: 'lv', name: `${vg}/${glob}`, covers };
  },
};
