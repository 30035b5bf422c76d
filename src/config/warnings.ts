import { escapeText } from '../core/text/escape.ts';
import { matchesGlob } from '../core/text/glob.ts';
import type { Source, Task } from '../core/model/task.ts';
import { mapOf, type SourceFile } from './data.ts';
import type { Sources } from './source.ts';
import { at, problemAt, quoted, whatItIs } from './messages.ts';

/** Images that are no raw ones, by how they are called: qemu-img(1), VirtualBox. A `-flat.vmdk` is raw, a `.vhd` may be. */
const NOT_RAW = /(?<!-flat)\.(qcow2?|qed|vmdk|vdi|vhdx)$/i;
/** Less than this many seconds without a unit are more likely meant as minutes. */
const FEW_SECONDS = 60;

/**
 * What is no error in a configuration that was found right, but hardly meant: a line each, in the form of the errors.
 * `tasks` are all of it.
 */
export function warningsOf(sources: Sources, tasks: ReadonlyMap<string, Task>): readonly string[] {
  const before: Known = { byName: new Map(), patterns: [], all: [] };
  const warnings: string[] = [];
  for (const file of sources.files) {
    for (const name of Object.keys(mapOf(file.value['tasks']))) {
      const task = tasks.get(name);
      if (!task) continue;
      warnings.push(...hardlyMeant(file, task), ...sharedWith(firstWithSame(before, { file, task }), file, task));
    }
  }
  const ignored = sources.ignored().map(({ path, why }) => escapeText(`${path}: ${why}`));
  return [...(tasks.size === 0 ? [noTask(sources)] : []), ...warnings, ...ignored];
}

function noTask({ files: [first] }: Sources): string {
  const text = 'there is no task, so nothing is held still';
  return first === undefined ? text : problemAt(first, ['tasks'], text);
}

/** A value that is legal, and seldom what was wanted. */
function hardlyMeant(file: SourceFile, { name, source, timeoutMs }: Task): readonly string[] {
  const { timeout } = mapOf(mapOf(file.value['tasks'])[name]);
  const plain = typeof timeout === 'number' || (typeof timeout === 'string' && /^\d+$/.test(timeout.trim()));
  const seconds = plain ? timeoutMs / 1000 : FEW_SECONDS;
  const format = source.kind === 'file' ? NOT_RAW.exec(source.glob)?.[1]?.toLowerCase() : undefined;
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
    ...(format === undefined
      ? []
      : [warn(file, name, 'file', `looks like images in the format ${format}; only raw ones can be looked into`)]),
  ];
}

interface Owner {
  readonly file: SourceFile;
  readonly task: Task;
}

/** The tasks so far; a name is looked up, since there may be thousands. */
interface Known {
  readonly byName: Map<string, Owner>;
  readonly patterns: Owner[];
  readonly all: Owner[];
}

/** The first task that saves the same as this one, which is added. */
function firstWithSame({ byName, patterns, all }: Known, owner: Owner): Owner | undefined {
  const { source } = owner.task;
  const pattern = source.kind === 'each' || source.kind === 'file';
  const name = source.kind === 'lv' ? `${source.vg}/${source.lv}` : 'path' in source ? source.path : '';
  const named = byName.get(name);
  const found = (pattern ? all : [...(named ? [named] : []), ...patterns]).find(({ task }) => isSame(task, owner.task));
  all.push(owner);
  if (pattern) patterns.push(owner);
  else if (!named) byName.set(name, owner);
  return found;
}

/** Tasks that save the same: while both are open each has a snapshot of its own, and one of them may be forgotten. */
function sharedWith(other: Owner | undefined, file: SourceFile, task: Task): readonly string[] {
  if (!other) return [];
  const path = ['tasks', other.task.name];
  const where = at(other.file.path, other.file.position(path, 'key'));
  return [warn(file, task.name, undefined, `saves what task ${quoted(other.task.name)} at ${where} saves, too`)];
}

/** Whether two tasks save the same, or one of them what the other saves among others. Those that choose parts are meant to. */
function isSame(one: Task, other: Task): boolean {
  if (one.choice.partitions.length > 0 && other.choice.partitions.length > 0) return false;
  return holds(one.source, other.source) || holds(other.source, one.source);
}

function holds(one: Source, other: Source): boolean {
  switch (one.kind) {
    case 'lv':
      return other.kind === 'lv' && one.vg === other.vg && one.lv === other.lv;
    case 'path':
    case 'subvolume':
      return (other.kind === 'path' || other.kind === 'subvolume') && one.path === other.path;
    case 'file': {
      const [globs, names] = [one.glob.split('/'), other.kind === 'file' ? other.glob.split('/') : []];
      return globs.length === names.length && globs.every((glob, index) => matchesGlob(names[index] ?? '', glob));
    }
    case 'each': {
      const name = other.kind === 'lv' ? other.lv : other.kind === 'each' ? other.glob : undefined;
      // A pattern that is taken for a name fits the same pattern, and a wider one.
      return (
        name !== undefined &&
        'vg' in other &&
        other.vg === one.vg &&
        matchesGlob(name, one.glob) &&
        !one.exclude.some((glob) => matchesGlob(name, glob))
      );
    }
  }
}

function warn(file: SourceFile, name: string, key: string | undefined, text: string): string {
  const path = key === undefined ? ['tasks', name] : ['tasks', name, key];
  return problemAt(file, path, text, file.position(path, key === undefined ? 'key' : 'value'));
}
