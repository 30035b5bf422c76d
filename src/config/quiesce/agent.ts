import type { QuiesceOf } from '../../core/model/quiesce.ts';
import { map } from '../forms.ts';
import type { MeansEntry } from './entry.ts';

declare module '../../core/model/quiesce.ts' {
  interface QuiesceKinds {
    readonly agent: object;
  }
}

/** The agent in a guest. */
export const agent: MeansEntry<QuiesceOf<'agent'>, object> = {
  key: 'agent',
  form: map({}, 'has no settings: write agent alone').describe(
    'The guest agent (qemu-guest-agent) writes out the file systems of each guest and freezes them; programs in the guest can take part ' +
      'by its fsfreeze hooks. Grade `filesystem`. Only for guests of libvirt; each needs the agent, and a channel for it.',
  ),
  alone: {},
  before: ['pause', 'save', 'barrier'],
  from: () => ({ kind: 'agent' }),
  describe: () => 'agent (file systems are frozen by the guest agent)',
};
