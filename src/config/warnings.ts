import { escapeText } from '../core/text/escape.ts';
import type { Task } from '../core/model/task.ts';
import { mapOf, type SourceFile } from './data.ts';
import type { Saved } from './sources/entry.ts';
import { entryOf } from './sources/lookup.ts';
import type { Configuration } from './configuration.ts';
import { at, problemAt, quoted, whatItIs } from './messages.ts';

/** Whoever writes less than this many seconds without a unit more likely thinks of minutes. */
const FEW_SECONDS = 60;

/**
 * What is not an error in a valid configuration, but hardly intended: a line each, in the form of the errors.
 * `tasks` are all of it.
 */
export function warningsOf(configuration: Configuration, tasks: ReadonlyMap<string, Task>): readonly string[] {
  const before: Known = { byName: new Map(), patterns: [], all: [] };
  const warnings: string[] = [];
  for (const file of configuration.files) {
    for (const name of Object.keys(mapOf(file.value['tasks']))) {
      const task = tasks.get(name);
      if (!task) continue;
      warnings.push(
        ...hardlyMeant(file, task),
        ...sharedWith(
          firstWithSame(before, { file, task, saved: entryOf(task.source).saved(task.source) }),
          file,
          task,
        ),
      );
    }
  }
  const ignored = configuration.ignored().map(({ path, why }) => escapeText(`${path}: ${why}`));
  return [...(tasks.size === 0 ? [noTask(configuration)] : []), ...warnings, ...ignored];
}

function noTask({ files: [first] }: Configuration): string {
  const text = 'no task is configured, so holdstill has nothing to do';
  return first === undefined ? text : problemAt(first, ['tasks'], text);
}

/** A value that is legal, and seldom what was wanted. */
function hardlyMeant(file: SourceFile, { name, source, timeoutMs }: Task): readonly string[] {
  const { timeout } = mapOf(mapOf(file.value['tasks'])[name]);
  const plain = typeof timeout === 'number' || (typeof timeout === 'string' && /^\d+$/.test(timeout.trim()));
  const seconds = plain ? timeoutMs / 1000 : FEW_SECONDS;
  const entry = entryOf(source);
  const doubt = entry.doubt?.(source);
  return [
    ...(seconds < FEW_SECONDS
      ? [
          warn(
            file,
            name,
            'timeout',
            `is ${whatItIs(timeout)}, and plain numbers are seconds; write ${seconds}m or ${seconds}s`,
          ),
        ]
      : []),
    ...(doubt === undefined ? [] : [warn(file, name, entry.key, doubt)]),
  ];
}

interface Owner {
  readonly file: SourceFile;
  readonly task: Task;
  readonly saved: Saved;
}

/** The tasks so far; a name is looked up, since there may be thousands. */
interface Known {
  readonly byName: Map<string, Owner>;
  readonly patterns: Owner[];
  readonly all: Owner[];
}

/** The first task that saves the same as this one, which is added. */
function firstWithSame({ byName, patterns, all }: Known, owner: Owner): Owner | undefined {
  const { namespace, name, covers } = owner.saved;
  const key = `${namespace} ${name}`;
  const named = byName.get(key);
  const found = (covers ? all : [...(named ? [named] : []), ...patterns]).find((other) => isSame(other, owner));
  all.push(owner);
  if (covers) patterns.push(owner);
  else if (!named) byName.set(key, owner);
  return found;
}

/** Tasks that save the same: while both are open each has a snapshot of its own, and one of them may be forgotten. */
function sharedWith(other: Owner | undefined, file: SourceFile, task: Task): readonly string[] {
  if (!other) return [];
  const path = ['tasks', other.task.name];
  const where = at(other.file.path, other.file.position(path, 'key'));
  return [warn(file, task.name, undefined, `saves the same as task ${quoted(other.task.name)} at ${where}`)];
}

/** Whether two tasks save the same, or one of them what the other saves among others. Those that choose parts do so on purpose. */
function isSame(one: Owner, other: Owner): boolean {
  if (one.task.choice.partitions.length > 0 && other.task.choice.partitions.length > 0) return false;
  return holds(one.saved, other.saved) || holds(other.saved, one.saved);
}

/** A pattern that is taken for a name is covered by the same pattern, and by a wider one. */
function holds(one: Saved, other: Saved): boolean {
  if (one.namespace !== other.namespace) return false;
  return one.covers ? one.covers(other.name) : other.covers === undefined && one.name === other.name;
}

function warn(file: SourceFile, name: string, key: string | undefined, text: string): string {
  const path = key === undefined ? ['tasks', name] : ['tasks', name, key];
  return problemAt(file, path, text, file.position(path, key === undefined ? 'key' : 'value'));
}
