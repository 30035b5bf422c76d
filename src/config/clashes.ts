import { isWithin } from './names.ts';
import { mapOf, type SourceFile } from './plain.ts';
import type { Sources } from './source.ts';
import { at, problemAt, quoted } from './wording.ts';

/** The files that hold a task of that name. */
export function filesWith(sources: Sources, name: string): readonly SourceFile[] {
  return sources.files.filter((file) => Object.hasOwn(mapOf(file.value['tasks']), name));
}

/**
 * What one task in `file` has in common with another task and must not: its name with one in another file, or its
 * mount point with any. Every clash is told at both places.
 */
export function clashes(file: SourceFile, name: string, sources: Sources): readonly string[] {
  const path = ['tasks', name];
  const twins = filesWith(sources, name).filter((other) => other !== file);
  const problems = twins.map((twin) => {
    const text = `the task is also at ${place(twin, path)}; a task must be in one file only`;
    return problemAt(file, path, text, file.position(path, 'key'));
  });
  const mount = mountOf(file, name);
  if (mount === undefined) return problems;
  for (const other of sources.files) {
    for (const otherName of Object.keys(mapOf(other.value['tasks']))) {
      const theirs = otherName === name ? undefined : mountOf(other, otherName);
      if (theirs === undefined || !(isWithin(mount, theirs) || isWithin(theirs, mount))) continue;
      const how = mount === theirs ? 'the same as' : isWithin(mount, theirs) ? 'below' : 'above';
      const where = place(other, ['tasks', otherName, 'mount']);
      const text = `is ${quoted(mount)}, which is ${how} the mount of task ${quoted(otherName)} at ${where}`;
      problems.push(problemAt(file, [...path, 'mount'], text));
    }
  }
  return problems;
}

/* As written: the other task may be wrong otherwise. */
function mountOf(file: SourceFile, name: string): string | undefined {
  const mount = mapOf(mapOf(file.value['tasks'])[name])['mount'];
  return typeof mount === 'string' && mount.startsWith('/') ? mount : undefined;
}

function place(file: SourceFile, path: readonly string[]): string {
  return at(file.path, file.position(path, 'key'));
}
