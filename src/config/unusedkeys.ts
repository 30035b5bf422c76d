import { mapOf, type Plain, type SourceFile } from './data.ts';
import { problemAt, whatItIs } from './messages.ts';

/** Keys of a task, and the sources for which they would do nothing. A `path` may be on any storage. */
const NOTHING_FOR: Readonly<Record<string, readonly string[]>> = {
  copy: ['lv', 'path', 'each', 'subvolume'],
  size: ['file', 'subvolume'],
  autoextend: ['file', 'subvolume'],
  partitions: ['subvolume'],
  keys: ['subvolume'],
  check: ['subvolume'],
};

/** The keys of a task that would do nothing for what it saves: whoever wrote them expects something. */
export function idleKeys(file: SourceFile, name: string): readonly string[] {
  const task = mapOf(mapOf(file.value['tasks'])[name]);
  return [...idleSelectors(file, name), ...idleWords(file, name, task)];
}

/** Only below a path something is mounted, and a subvolume has no parts but those. */
function idleSelectors(file: SourceFile, name: string): readonly string[] {
  const { exclude, ...task } = mapOf(mapOf(file.value['tasks'])[name]);
  if (!Array.isArray(exclude)) return [];
  return (exclude as readonly Plain[]).flatMap((one, index) => {
    const isPath = typeof one === 'string' && one.startsWith('/');
    const source = (isPath ? ['lv', 'each', 'file'] : ['subvolume']).find((kind) => kind in task);
    const text = `is ${whatItIs(one)}, which means nothing for ${source}`;
    return source === undefined ? [] : [problemAt(file, ['tasks', name, 'exclude', index], text)];
  });
}

function idleWords(file: SourceFile, name: string, task: ReturnType<typeof mapOf>): readonly string[] {
  return Object.entries(NOTHING_FOR).flatMap(([key, sources]) => {
    const source = key in task ? sources.find((one) => one in task) : undefined;
    const text = `is ${whatItIs(task[key])}, which means nothing for ${source}`;
    return source === undefined ? [] : [problemAt(file, ['tasks', name, key], text)];
  });
}
