import { contracts } from '../contracts/contracts.ts';
import { parseSelector } from '../core/model/selection.ts';
import {
  EACH_MEANT,
  FILE_MEANT,
  fileProblem,
  eachProblem,
  GLOB_MEANT,
  globProblem,
  LV_MEANT,
  lvProblem,
  MOUNT_MEANT,
  mountProblem,
  PATH_MEANT,
  pathProblem,
  taskNameProblem,
} from './names.ts';
import type { Path } from './data.ts';
import {
  either,
  exactly,
  type JsonSchema,
  jsonSchemaOf,
  list,
  map,
  oneOf,
  onOff,
  quantity,
  record,
  text,
} from './forms.ts';
import { sectionForm } from './section.ts';
import { TASKS_MEANT, VERSION_MEANT } from './toplevel.ts';
import { DURATION_MEANT, parseDuration, parseSize, SIZE_MEANT } from './units.ts';

const SOURCES = ['lv', 'path', 'each', 'file', 'subvolume'] as const;
const SOURCE_LIST = SOURCES.join(', ');
const SELECTOR_MEANT = 'must be the number of a partition, LABEL=..., TYPE=... or LV=VG/LV';

function selectorProblem(value: string | number, meant: string, paths: boolean): string | undefined {
  const selector = parseSelector(value);
  if (selector?.kind === 'path') return paths ? fileProblem(selector.glob) : meant;
  return selector ? undefined : meant;
}

function selectors(what: string, paths: boolean) {
  const meant = paths ? `${SELECTOR_MEANT}, or an absolute path` : SELECTOR_MEANT;
  return list(
    quantity(meant, (value) => selectorProblem(value, meant, paths)),
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

const Each = map(
  {
    lv: text(EACH_MEANT, eachProblem)
      .describe('The VG and a pattern (`*`, `?`, `[...]`) for its LVs; it is an error if no LV fits.')
      .meta({ examples: ['in.zekjur.net/domu-*'] }),
    exclude: list(text(GLOB_MEANT, globProblem), 'must be a list of patterns, for example [domu-test*]')
      .default([])
      .describe('LVs to leave out: patterns for the names of LVs without the VG; what is left out is not protected.')
      .meta({ examples: [['domu-test*', '*-swap']] }),
  },
  'must be a map, for example each: {lv: in.zekjur.net/domu-*}',
);

const TaskRecord = map({
  lv: text(LV_MEANT, lvProblem)
    .optional()
    .describe('The logical volume to snapshot, VG/LV or /dev/VG/LV.')
    .meta({ examples: ['system/xenvm', '/dev/system/xenvm'] }),
  path: text(PATH_MEANT, pathProblem)
    .optional()
    .describe(
      'Snapshots the LV or the btrfs subvolume behind this path; the mount then shows just what is below the path.',
    )
    .meta({ examples: ['/srv/data'] }),
  each: Each.optional().describe('Snapshots all LVs that fit, right after each other; each needs room in the VG.'),
  file: text(FILE_MEANT, fileProblem)
    .optional()
    .describe(
      'Raw disk images, by a path that may hold patterns; a snapshot shares the blocks of the image, which needs xfs, ' +
        'btrfs or ocfs2. With a pattern each image gets a directory of its own.',
    )
    .meta({ examples: ['/var/lib/libvirt/images/vm1.img', '/OVS/Repositories/*/VirtualDisks/*.img'] }),
  subvolume: text(PATH_MEANT, pathProblem)
    .optional()
    .describe('Snapshots this btrfs subvolume; others below it are not in the snapshot, and said so.')
    .meta({ examples: ['/srv/data'] }),
  copy: onOff()
    .default(false)
    .describe(
      'For `file`: copies images where they cannot share blocks. Slow, needs the space of the image, and fails if the ' +
        'image is written to meanwhile.',
    ),
  partitions: selectors(
    'Mounts only these parts of a disk: numbers of partitions, `LABEL=`, `TYPE=` (as blkid calls it) or `LV=VG/LV` of the ' +
      'guest, with patterns. It is an error if one of them fits nothing, or can not be mounted.',
    false,
  ),
  exclude: selectors(
    'Leaves these parts of a disk out, written as for `partitions`; for `path` and `subvolume` also what is mounted below ' +
      'it, or a subvolume there: by its path, with patterns.',
    true,
  ),
  skip: oneOf(['warn', 'error'])
    .default('warn')
    .describe(
      'What happens where something is not saved: a part of a disk that can not be mounted (encrypted, unknown), a volume or image ' +
        'of a pattern of which no snapshot can be taken, another file system or subvolume below a `path` or `subvolume`. `warn` says ' +
        'so and goes on, `error` fails the job. What is left out by `partitions` or `exclude`, and swap, is neither.',
    ),
  trust: oneOf(['host', 'guest', 'hostile'])
    .optional()
    .describe(
      'Who may have written the file systems: `host` (default for `path` and `subvolume`): links in them may be followed; `guest` (default ' +
        'for all else): nothing in them may run or lead elsewhere; `hostile`: the kernel of the host never reads them, but ' +
        'programs outside it (fuse2fs, ntfs-3g, exfat-fuse), and what these cannot read is not mounted.',
    ),
  keys: list(text(PATH_MEANT, pathProblem), 'must be a list of files, for example [/etc/holdstill/keys/vm1]')
    .default([])
    .describe(
      'Key files of which each is tried on what is encrypted (LUKS); without any that is skipped. Only root may read or ' +
        'change them.',
    )
    .meta({ examples: [['/etc/holdstill/keys/vm1']] }),
  check: onOff()
    .default(false)
    .describe(
      'Checks each file system in its snapshot before it is mounted. What is damaged fails the job; what the check ' +
        'could mend is said. Takes time, above all with many files.',
    ),
  mount: text(MOUNT_MEANT, mountProblem)
    .optional()
    .describe(
      'Where the snapshot is mounted, for a backup job that names the directory; made before the job and removed after ' +
        'it. Without it: a directory of the task below /run/holdstill.',
    )
    .meta({ examples: ['/mnt/vmbackup'] }),
  size: quantity(SIZE_MEANT, (value) => {
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
      'Extends a snapshot that is 70 % full by half its size, as long as the VG has free space. A process of holdstill ' +
        'sees to it while the task is open; what fills faster than that is lost all the same. `plan` says whether there is room.',
    ),
  timeout: quantity(DURATION_MEANT, (value) => {
    const duration = parseDuration(value);
    return typeof duration === 'number' ? undefined : duration.problem;
  })
    .default('10m')
    .describe(
      'How long a hook may take; set it to what the backup software allows. After two thirds of it `pre` gives up and ' +
        'undoes what it did. Plain numbers are seconds.',
    )
    .meta({ examples: ['30s', '5m', '1h'] }),
})
  .refine((task) => sourcesOf(task).length === 1, {
    // Else it is skipped where a key is wrong, and the admin hears of it only in the next try.
    when: () => true,
    error: (issue) => {
      const given = sourcesOf(issue.input);
      return given.length === 0
        ? `has none of ${SOURCE_LIST}; give exactly one, for example lv: system/xenvm`
        : `has ${given.join(' and ')}; give exactly one of ${SOURCE_LIST}`;
    },
  })
  .meta({ oneOf: SOURCES.map((source) => ({ required: [source] })) });

/** A task: an absolute path, or a record. */
export const TaskSchema = either(text(PATH_MEANT, pathProblem), TaskRecord);

const passing = contracts.filter(({ serves }) => serves === 'all jobs').map(({ title }) => title);

const Tasks = record(taskNameProblem, TaskSchema, TASKS_MEANT).describe(
  `The tasks, by the names that they have in the backup software. A job without one fails, but for ${passing.join(' and ')}: ` +
    'see `unknownTask`. A path alone is short for `{path: ...}`.',
);

const Version = exactly(1, VERSION_MEANT).describe('The version of this format.');

export const LogSection = map({
  level: oneOf(['info', 'debug'])
    .default('info')
    .describe('What goes to the log; `debug` adds every command with its time, and many lines a run.'),
})
  .prefault({})
  .describe('The log, /var/log/holdstill/holdstill.log.');

/** The section of each product. */
export const SECTIONS: ReadonlyMap<string, ReturnType<typeof sectionForm>> = new Map(
  contracts.map((contract) => [contract.section, sectionForm(contract)]),
);

/** What holdstill.yaml may hold; no value is changed by it but for defaults. */
export const MainSchema = map({
  version: Version,
  tasks: Tasks.optional(),
  ...Object.fromEntries(SECTIONS),
  log: LogSection,
});

/** What a file of tasks.d may hold. */
export const DropInSchema = map({ version: Version.optional(), tasks: Tasks.optional() });

let made: JsonSchema | undefined;

/** The JSON Schema (draft 2020-12) of holdstill.yaml, for editors. */
export function jsonSchema(): JsonSchema {
  made ??= { $id: 'urn:holdstill:config:1', title: 'holdstill.yaml', ...jsonSchemaOf(MainSchema) };
  return made;
}

/** What a JSON Schema says of the values of a map with free names, where they are maps. */
export function recordOf(schema: JsonSchema): JsonSchema {
  const inner = schema.additionalProperties;
  const forms = typeof inner === 'object' ? (inner.anyOf ?? []) : [];
  return forms.find((form) => form.type === 'object') ?? {};
}

/** The keys that may stand in the map at `path` of holdstill.yaml; none where there is no such map. */
export function keysAt(path: Path): readonly string[] {
  const at = path.reduce<JsonSchema>((schema, step) => {
    const properties = schema.properties ?? {};
    const inner = Object.hasOwn(properties, step) ? properties[String(step)] : undefined;
    return typeof inner === 'object' ? inner : recordOf(schema);
  }, jsonSchema());
  return Object.keys(at.properties ?? {});
}

function sourcesOf(task: unknown): readonly string[] {
  return typeof task === 'object' && task !== null ? SOURCES.filter((source) => source in task) : [];
}
