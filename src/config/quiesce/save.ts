import type { QuiesceOf } from '../../core/model/quiesce.ts';
import { map, onOff, text } from '../forms.ts';
import { PATH_EXPECTED, pathProblem } from '../names.ts';
import type { MeansEntry } from './entry.ts';

declare module '../../core/model/quiesce.ts' {
  interface QuiesceKinds {
    readonly save: {
      /** The directory in which a directory is made for the files; undefined: that of the journals. */
      readonly to: string | undefined;
      /** They stay when the task is closed. */
      readonly keep: boolean;
    };
  }
}

interface Written {
  readonly to?: string | undefined;
  readonly keep: boolean;
}

/** The memory of guests in files. */
export const save: MeansEntry<QuiesceOf<'save'>, Written> = {
  key: 'save',
  form: map(
    {
      to: text(PATH_EXPECTED, pathProblem)
        .optional()
        .describe(
          'Where a directory is made for the memory of the guests, a file each, that only root can read. There must be room for all of it. ' +
            'Without it: /var/lib/holdstill.',
        )
        .meta({ examples: ['/srv/vmstate'] }),
      keep: onOff().default(false).describe('The files stay when the task is closed. Else they are removed then.'),
    },
    'must be a map, for example {to: /srv/vmstate, keep: true}',
  ).describe(
    'Writes the memory of each guest to a file: disks and memory are of one instant, grade `memory`. The guest stands still for as long as ' +
      'its memory is written, with libvirt also for as long as it is read again: set `quiesceLimit` to that.',
  ),
  alone: { keep: false },
  from: ({ to, keep }) => ({ kind: 'save', to, keep }),
  describe: ({ to, keep }) => `save (memory to ${to ?? '/var/lib/holdstill'}${keep ? ', kept' : ''})`,
};
