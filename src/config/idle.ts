import { mapOf, type SourceFile } from './plain.ts';
import { problemAt, whatItIs } from './wording.ts';

/** Keys of a task, and the sources for which they would do nothing. A `path` may be on any storage. */
const NOTHING_FOR: Readonly<Record<string, readonly string[]>> = {
  copy: ['lv', 'path', 'each', 'subvolume'],
  size: ['file', 'subvolume'],
  autoextend: ['file', 'subvolume'],
  partitions: ['subvolume'],
  exclude: ['subvolume'],
  keys: ['subvolume'],
  check: ['subvolume'],
};

/** The keys of a task that would do nothing for what it saves: whoever wrote them expects something. */
export function idleKeys(file: SourceFile, name: string): readonly string[] {
  const task = mapOf(mapOf(file.value['tasks'])[name]);
  return Object.entries(NOTHING_FOR).flatMap(([key, sources]) => {
    const source = key in task ? sources.find((one) => one in task) : undefined;
    const text = `is ${whatItIs(task[key])}, which means nothing for ${source}`;
    return source === undefined ? [] : [problemAt(file, ['tasks', name, key], text)];
  });
}
