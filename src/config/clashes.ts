import { isWithin, LONGEST_PATH } from './names.ts';
import { mapOf, type SourceFile } from './data.ts';
import type { Configuration } from './configuration.ts';
import { at, problemAt, quoted } from './messages.ts';

/** The files that hold a task of that name. */
export function filesWith(configuration: Configuration, name: string): readonly SourceFile[] {
  return configuration.files.filter((file) => Object.hasOwn(mapOf(file.value['tasks']), name));
}

/**
 * What one task in `file` has in common with another task and must not: its name with one in another file, or its
 * mount point with any. Every clash is reported at both places.
 */
export function clashes(file: SourceFile, name: string, configuration: Configuration): readonly string[] {
  const path = ['tasks', name];
  const twins = filesWith(configuration, name).filter((other) => other !== file);
  const problems = twins.map((twin) => {
    const text = `the same task is at ${place(twin, path)}; define each task only once`;
    return problemAt(file, path, text, file.position(path, 'key'));
  });
  const mount = mountOf(file, name);
  if (mount === undefined) return problems;
  const { at: same, below } = mountsOf(configuration);
  const above = parentsOf(mount).flatMap((parent) => same.get(parent) ?? []);
  for (const other of [...above, ...(same.get(mount) ?? []), ...(below.get(mount) ?? [])]) {
    if (other.name === name) continue;
    const how = mount === other.mount ? 'the same as' : isWithin(mount, other.mount) ? 'below' : 'above';
    const where = place(other.file, ['tasks', other.name, 'mount']);
    const text = `is ${quoted(mount)}, which is ${how} the mount of task ${quoted(other.name)} at ${where}`;
    problems.push(problemAt(file, [...path, 'mount'], text));
  }
  return problems;
}

interface Mount {
  readonly file: SourceFile;
  readonly name: string;
  readonly mount: string;
}

/** All mounts by where they are, and by each directory that they are below of. */
interface Mounts {
  readonly at: ReadonlyMap<string, readonly Mount[]>;
  readonly below: ReadonlyMap<string, readonly Mount[]>;
}

const known = new WeakMap<Configuration, Mounts>();

function mountsOf(configuration: Configuration): Mounts {
  const found = known.get(configuration);
  if (found) return found;
  const at = new Map<string, Mount[]>();
  const below = new Map<string, Mount[]>();
  const add = (to: Map<string, Mount[]>, key: string, mount: Mount): void => {
    const there = to.get(key);
    if (there) there.push(mount);
    else to.set(key, [mount]);
  };
  for (const file of configuration.files) {
    for (const name of Object.keys(mapOf(file.value['tasks']))) {
      const mount = mountOf(file, name);
      if (mount === undefined) continue;
      add(at, mount, { file, name, mount });
      for (const parent of parentsOf(mount)) add(below, parent, { file, name, mount });
    }
  }
  known.set(configuration, { at, below });
  return { at, below };
}

/** `/a` and `/` for `/a/b`. As written: what is not written plainly is an error anyway. */
function parentsOf(mount: string): readonly string[] {
  const ends = Array.from(mount.matchAll(/\//g), ({ index }) => index);
  return ends.flatMap((end) => (end === mount.length - 1 ? [] : [mount.slice(0, end) || '/']));
}

/* As written: the other task may be wrong otherwise. */
function mountOf(file: SourceFile, name: string): string | undefined {
  const mount = mapOf(mapOf(file.value['tasks'])[name])['mount'];
  return typeof mount === 'string' && mount.startsWith('/') && mount.length <= LONGEST_PATH ? mount : undefined;
}

function place(file: SourceFile, path: readonly string[]): string {
  return at(file.path, file.position(path, 'key'));
}
