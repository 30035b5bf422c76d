import { parseSelector } from '../core/model/selection.ts';
import { list, oneOf, onOff, quantity, text } from './forms.ts';
import { fileProblem, MOUNT_EXPECTED, mountProblem, PATH_EXPECTED, pathProblem } from './names.ts';
import { GRADES } from '../core/model/quiesce.ts';
import { QuiesceForm } from './quiesce/form.ts';
import { listed } from './messages.ts';
import type { SourceEntry } from './sources/entry.ts';
import { sources } from './sources/sources.ts';
import { DURATION_EXPECTED, durationProblem, parseSize, SIZE_EXPECTED } from './units.ts';

const SELECTOR_EXPECTED = 'must be the number of a partition, LABEL=..., TYPE=... or LV=VG/LV';

function selectorProblem(value: string | number, expected: string, paths: boolean): string | undefined {
  const selector = parseSelector(value);
  if (selector?.kind === 'path') return paths ? fileProblem(selector.glob) : expected;
  return selector ? undefined : expected;
}

function selectors(what: string, paths: boolean) {
  const expected = paths ? `${SELECTOR_EXPECTED}, or an absolute path` : SELECTOR_EXPECTED;
  return list(
    quantity(expected, (value) => selectorProblem(value, expected, paths)),
    'must be a list, for example [1, LABEL=data]',
  )
    .default([])
    .describe(what)
    .meta({
      examples: [
        [1, 3],
        ['LABEL=data', 'TYPE=ext*', 'LV=guestvg/root'],
      ],
    });
}

/** The sources of which this is true, for people. */
function those(is: (source: SourceEntry) => boolean): string {
  const names = sources.filter(is).map(({ key }) => `\`${key}\``);
  return listed(names, 'and');
}

/** The keys of a task besides its source. */
export const TASK_KEYS = {
  partitions: selectors(
    'Mounts only these parts of a disk: numbers of partitions, `LABEL=`, `TYPE=` (as blkid calls it) or `LV=VG/LV` of the ' +
      'guest, with patterns. It is an error if one of them matches nothing, or cannot be mounted.',
    false,
  ),
  exclude: selectors(
    `Leaves these parts of a disk out, written as for \`partitions\`; for ${those(({ excludes }) => excludes.includes('paths'))} ` +
      'also what is mounted below it, or a subvolume there: by its path, with patterns.',
    true,
  ),
  skip: oneOf(['warn', 'error'])
    .default('warn')
    .describe(
      'What happens where something is not saved: a part of a disk that cannot be mounted (encrypted, unknown), a volume or image ' +
        'of a pattern of which no snapshot can be taken, another file system or subvolume below a `path` or `subvolume`. `warn` says ' +
        'so and goes on, `error` fails the job. What is left out by `partitions` or `exclude`, and swap, is neither.',
    ),
  trust: oneOf(['host', 'guest', 'hostile'])
    .optional()
    .describe(
      `Who may have written the file systems: \`host\` (default for ${those(({ trust }) => trust === 'host')}): links in them ` +
        'may be followed; `guest` (default for all else): nothing in them may run or lead elsewhere; `hostile`: the kernel of the host never reads them, but ' +
        'programs outside it (fuse2fs, ntfs-3g, exfat-fuse), and what these cannot read is not mounted.',
    ),
  keys: list(text(PATH_EXPECTED, pathProblem), 'must be a list of files, for example [/etc/holdstill/keys/vm1]')
    .default([])
    .describe(
      'Key files. Each is tried on everything that is encrypted (LUKS); without keys that is skipped. Only root may be able to ' +
        'read or change them.',
    )
    .meta({ examples: [['/etc/holdstill/keys/vm1']] }),
  check: onOff()
    .default(false)
    .describe(
      'Checks each file system in its snapshot before it is mounted. Damage fails the job; what the check repaired ' +
        'is reported. Takes time, above all with many files.',
    ),
  mount: text(MOUNT_EXPECTED, mountProblem)
    .optional()
    .describe(
      'Where the snapshot is mounted, for a backup job that names the directory; made before the job and removed after ' +
        'it. Without it: a directory of the task below /run/holdstill.',
    )
    .meta({ examples: ['/mnt/vmbackup'] }),
  size: quantity(SIZE_EXPECTED, (value) => {
    const size = parseSize(value);
    return size.kind === 'problem' ? size.problem : undefined;
  })
    .default('auto')
    .describe(
      'Room for what changes during the job, taken from the free space of the VG; a snapshot that runs full is lost ' +
        'and the job fails. `auto` is 20 % of the origin and at least 256 MiB, `full` never runs full, `N%` is of the ' +
        'origin; K, M, G and T are powers of 1024, and a number without one is bytes, at least a MiB. A thin LV needs none.',
    )
    .meta({ examples: ['auto', 'full', '20%', '500M', '1G', '1.5GiB'] }),
  autoextend: onOff()
    .default(true)
    .describe(
      'Extends a snapshot that is 70 % full by half its size, as long as the VG has free space. A process of holdstill does ' +
        'this while the task is open; a snapshot that fills faster than that is lost anyway. `plan` says whether there is room.',
    ),
  quiesce: QuiesceForm.optional()
    .describe(
      'Brings guests, databases or programs to rest while the snapshots are taken: one means or a list, of which the first rests ' +
        'first and is let go last. Without it the data are as after a power cut.',
    )
    .meta({ examples: ['agent', '[agent, pause]'] }),
  quiesceLimit: quantity(DURATION_EXPECTED, durationProblem)
    .default('10s')
    .describe(
      'How long anything may be at rest. After that it is let go even if the hook hangs or was killed, and the snapshots count as `crash`.',
    )
    .meta({ examples: ['10s'] }),
  require: oneOf(GRADES)
    .default('crash')
    .describe(
      'What the snapshots must be worth at least, else the job fails: `application` (a database or program had written all), ' +
        '`filesystem` (file systems were written out), `memory` (disks and memory of one instant), `crash` (as after a power cut).',
    ),
  timeout: quantity(DURATION_EXPECTED, durationProblem)
    .default('10m')
    .describe(
      'How long a hook may take; set it to what the backup software allows. After two thirds of it `pre` gives up and ' +
        'undoes what it did. Plain numbers are seconds.',
    )
    .meta({ examples: ['30s', '5m', '1h'] }),
};
