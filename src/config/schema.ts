import { contracts } from '../contracts/contracts.ts';
import type { Path } from './data.ts';
import { either, exactly, type JsonSchema, jsonSchemaOf, map, oneOf, record, text } from './forms.ts';
import { PATH_EXPECTED, pathProblem, taskNameProblem } from './names.ts';
import { listed } from './messages.ts';
import { sectionForm } from './section.ts';
import { givenIn } from './sources/lookup.ts';
import { sources } from './sources/sources.ts';
import { TASK_KEYS } from './taskkeys.ts';
import { TASKS_EXPECTED, VERSION_EXPECTED } from './toplevel.ts';

const SOURCE_LIST = sources.map(({ key }) => key).join(', ');

const TaskRecord = map({
  ...Object.fromEntries(sources.map(({ key, form }) => [key, form.optional()])),
  ...Object.fromEntries(sources.flatMap(({ own }) => Object.entries(own ?? {}))),
  ...TASK_KEYS,
})
  .refine((task) => givenIn(Object(task) as object).length === 1, {
    // Else it is skipped where a key is wrong, and the admin hears of it only in the next try.
    when: () => true,
    error: ({ input }) => {
      const given = givenIn(Object(input) as object).map(({ key }) => key);
      return given.length === 0
        ? `has none of ${SOURCE_LIST}; give exactly one, for example lv: system/xenvm`
        : `has ${given.join(' and ')}; give exactly one of ${SOURCE_LIST}`;
    },
  })
  .meta({ oneOf: sources.map(({ key }) => ({ required: [key] })) });

/** A task: an absolute path, or a record. */
export const TaskSchema = either(
  'must be an absolute path or a map, for example {lv: system/xenvm}',
  text(PATH_EXPECTED, pathProblem),
  TaskRecord,
);

const passing = contracts.filter(({ serves }) => serves === 'all jobs').map(({ title }) => title);

const Tasks = record(taskNameProblem, TaskSchema, TASKS_EXPECTED).describe(
  `The tasks, by the names that they have in the backup software. A job without a task fails, except for ${listed(passing, 'and')}: ` +
    'see `unknownTask`. A path alone is short for `{path: ...}`.',
);

const Version = exactly(1, VERSION_EXPECTED).describe('The version of this format.');

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

/** What holdstill.yaml may hold; it changes no value, except that it fills in defaults. */
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
  return typeof inner === 'object' && inner.anyOf ? mapIn(inner) : {};
}

/** The form of a value that is a map: it may be one of several. */
export function mapIn(schema: JsonSchema): JsonSchema {
  return schema.anyOf ? (schema.anyOf.find((form) => form.type === 'object') ?? {}) : schema;
}

/** The keys that may stand in the map at `path` of holdstill.yaml; none where there is no such map. */
export function keysAt(path: Path): readonly string[] {
  const at = path.reduce<JsonSchema>((schema, step) => {
    const inner = schema.properties?.[String(step)];
    return typeof inner === 'object' ? mapIn(inner) : recordOf(schema);
  }, jsonSchema());
  return Object.keys(at.properties ?? {});
}
