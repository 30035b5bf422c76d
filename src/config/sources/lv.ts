import { text } from '../forms.ts';
import { LV_EXPECTED, lvProblem, splitChecked } from '../names.ts';
import type { SourceOf } from '../../core/model/task.ts';
import type { SourceEntry } from './entry.ts';

declare module '../../core/model/task.ts' {
  interface SourceKinds {
    readonly lv: { readonly vg: string; readonly lv: string };
  }
}

/** A logical volume. */
export const lv: SourceEntry<SourceOf<'lv'>, string> = {
  key: 'lv',
  form: text(LV_EXPECTED, lvProblem)
    .describe('Takes a snapshot of this logical volume: VG/LV or /dev/VG/LV.')
    .meta({ examples: ['system/xenvm', '/dev/system/xenvm'] }),
  without: [],
  excludes: ['parts'],
  trust: 'guest',
  from(value) {
    const { vg, name } = splitChecked(value);
    return { kind: 'lv', vg, lv: name };
  },
  describe: ({ vg, lv }) => ({ text: `lv ${vg}/${lv}` }),
  saved: ({ vg, lv }) => ({ namespace: 'lv', name: `${vg}/${lv}` }),
};
