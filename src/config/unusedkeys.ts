import { mapOf, type Plain, type SourceFile } from './data.ts';
import { problemAt, whatItIs } from './messages.ts';
import { givenIn } from './sources/lookup.ts';
import { sources } from './sources/sources.ts';

/** The keys of a task that would do nothing for what it saves: whoever wrote them expects something. */
export function unusedKeys(file: SourceFile, name: string): readonly string[] {
  const task = mapOf(mapOf(file.value['tasks'])[name]);
  return [...unusedSelectors(file, name, task), ...unusedWords(file, name, task)];
}

function unusedSelectors(file: SourceFile, name: string, task: ReturnType<typeof mapOf>): readonly string[] {
  const { exclude } = task;
  if (!Array.isArray(exclude)) return [];
  return (exclude as readonly Plain[]).flatMap((one, index) => {
    const what = typeof one === 'string' && one.startsWith('/') ? 'paths' : 'parts';
    const source = givenIn(task).find(({ excludes }) => !excludes.includes(what));
    const text = `is ${whatItIs(one)}, but has no effect for ${source?.key}`;
    return source === undefined ? [] : [problemAt(file, ['tasks', name, 'exclude', index], text)];
  });
}

function unusedWords(file: SourceFile, name: string, task: ReturnType<typeof mapOf>): readonly string[] {
  return Object.keys(task).flatMap((key) => {
    const owners = sources.filter(({ own = {} }) => Object.hasOwn(own, key));
    const source = givenIn(task).find(
      (one) => one.without.includes(key) || (owners.length > 0 && !owners.includes(one)),
    );
    const text = `is ${whatItIs(task[key])}, but has no effect for ${source?.key}`;
    return source === undefined ? [] : [problemAt(file, ['tasks', name, key], text)];
  });
}
