import type { SettingValues } from '../core/model/setting.ts';
import { parseSelector, type Selector } from '../core/model/selection.ts';
import type { Task } from '../core/model/task.ts';
import { clashes, filesWith } from './clashes.ts';
import { explain } from './explain.ts';
import { unusedKeys } from './unusedkeys.ts';
import { taskNameProblem } from './names.ts';
import { mapOf, type SourceFile } from './data.ts';
import type { Issue } from './forms.ts';
import { DropInSchema, LogSection, MainSchema, SECTIONS, TaskSchema } from './schema.ts';
import { meansFrom } from './quiesce/form.ts';
import { givenIn } from './sources/lookup.ts';
import type { Configuration } from './configuration.ts';
import { parsedDuration, parseSize } from './units.ts';
import { invalid, problemAt, problemsOf } from './messages.ts';

export interface Log {
  readonly level: 'info' | 'debug';
}

/** The whole configuration. */
export interface Config {
  readonly tasks: ReadonlyMap<string, Task>;
  /** The settings of each product, by its section. */
  readonly sections: Readonly<Record<string, SettingValues>>;
  readonly log: Log;
}

/** One task with what is set for all. */
export interface TaskConfig {
  readonly task: Task;
  readonly log: Log;
}

/** Checks and loads everything. Throws one Fault that lists all problems of all files. */
export function loadConfig(configuration: Configuration): Config {
  const problems = configuration.files.flatMap((file) => [
    ...explain(file, issuesOf(file, file.value)),
    ...Object.keys(mapOf(file.value['tasks'])).flatMap((name) => [
      ...unusedKeys(file, name),
      ...clashes(file, name, configuration),
    ]),
  ]);
  const [broken, ...others] = configuration.brokenFiles.map(({ fault }) => fault);
  if (broken !== undefined && others.length === 0 && problems.length === 0) throw broken;
  if (broken !== undefined) problems.unshift(...[broken, ...others].flatMap(problemsOf));
  if (problems.length > 0) throw invalid(problems);
  const tasks = configuration.files.flatMap((file) =>
    Object.entries(mapOf(file.value['tasks'])).map(([name, value]) => taskFrom(name, TaskSchema.parse(value))),
  );
  const main = mainOf(configuration);
  const sections = [...SECTIONS].map(([name, form]) => [name, form.parse(main[name])]);
  return {
    tasks: new Map(tasks.map((task) => [task.name, task])),
    sections: Object.fromEntries(sections) as Config['sections'],
    log: LogSection.parse(main['log']),
  };
}

/**
 * Loads one task. Throws Fault `task.unknown` where there is none of that name, and else a Fault only for what concerns
 * this task: its record, the top of its file, holdstill.yaml except for other tasks, and a clash with another task.
 */
export function loadTask(configuration: Configuration, name: string): TaskConfig {
  const fault = configuration.faultFor(name);
  if (fault !== undefined) throw fault;
  const holders = filesWith(configuration, name);
  const [first] = holders;
  if (first === undefined) throw configuration.unknown(name);
  const path = ['tasks', name];
  const parsed = TaskSchema.safeParse(mapOf(first.value['tasks'])[name]);
  const misnamed = taskNameProblem(name);
  const problems = [
    ...configuration.files
      .filter((file) => file.main || holders.includes(file))
      .flatMap((file) => explain(file, issuesOf(file, { ...file.value, tasks: {} }))),
    ...(misnamed === undefined ? [] : [problemAt(first, path, misnamed, first.position(path, 'key'))]),
    ...explain(first, parsed.error?.issues ?? [], path),
    ...unusedKeys(first, name),
    ...holders.flatMap((file) => clashes(file, name, configuration)),
  ];
  if (problems.length > 0 || !parsed.success) throw invalid(problems);
  return { task: taskFrom(name, parsed.data), log: LogSection.parse(mainOf(configuration)['log']) };
}

function issuesOf(file: SourceFile, value: unknown): readonly Issue[] {
  return (file.main ? MainSchema : DropInSchema).safeParse(value).error?.issues ?? [];
}

/* holdstill.yaml may be missing where there are files of tasks.d: then the defaults hold. */
function mainOf(configuration: Configuration): SourceFile['value'] {
  return configuration.files.find((file) => file.main)?.value ?? {};
}

type TaskInput = ReturnType<typeof TaskSchema.parse>;
type RecordInput = Exclude<TaskInput, string>;

function taskFrom(name: string, input: TaskInput): Task {
  if (typeof input === 'string') return taskFrom(name, TaskSchema.parse({ path: input }));
  const size = parseSize(input.size);
  const timeoutMs = parsedDuration(input.timeout);
  const record: Readonly<Record<string, unknown>> = input;
  const [entry] = givenIn(record);
  if (size.kind === 'problem' || !entry) throw new Error(`task ${name} was not checked`);
  const { mount, autoextend, skip, check, keys, trust = entry.trust } = input;
  const source = entry.from(record[entry.key], record);
  const choice = { partitions: selectorsFrom(input.partitions), exclude: selectorsFrom(input.exclude) };
  const quiescing = {
    means: meansFrom(input.quiesce),
    limitMs: parsedDuration(input.quiesceLimit),
    require: input.require,
  };
  return { name, source, quiescing, choice, skip, trust, keys, check, mount, size, autoextend, timeoutMs };
}

function selectorsFrom(values: RecordInput['partitions']): readonly Selector[] {
  return values.flatMap((value) => parseSelector(value) ?? []);
}
