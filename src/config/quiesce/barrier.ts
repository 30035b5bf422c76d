import type { QuiesceOf } from '../../core/model/quiesce.ts';
import { map } from '../forms.ts';
import type { MeansEntry } from './entry.ts';

declare module '../../core/model/quiesce.ts' {
  interface QuiesceKinds {
    readonly barrier: object;
  }
}

/** Writes to several volumes wait. */
export const barrier: MeansEntry<QuiesceOf<'barrier'>, object> = {
  key: 'barrier',
  form: map({}, 'has no settings: write barrier alone').describe(
    'Lets writes to all logical volumes of the task wait, so that their snapshots are of one instant. Grade `filesystem` where the host itself has ' +
      'mounted each of them (ext4, xfs), else `crash`. Not for a volume that holds the system, or anything of holdstill.',
  ),
  alone: {},
  from: () => ({ kind: 'barrier' }),
  describe: () => 'barrier (writes to all volumes wait)',
};
