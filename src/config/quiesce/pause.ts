import type { QuiesceOf } from '../../core/model/quiesce.ts';
import { map } from '../forms.ts';
import type { MeansEntry } from './entry.ts';

declare module '../../core/model/quiesce.ts' {
  interface QuiesceKinds {
    readonly pause: object;
  }
}

/** The processors of a guest stand still. */
export const pause: MeansEntry<QuiesceOf<'pause'>, object> = {
  key: 'pause',
  form: map({}, 'has no settings: write pause alone').describe(
    'Stops the processors of each guest, so all its disks are of one instant, as after a power cut: grade `crash`. Needs nothing in ' +
      'the guest. One that is paused already stays so.',
  ),
  alone: {},
  from: () => ({ kind: 'pause' }),
  describe: () => 'pause (the guest is stopped)',
};
