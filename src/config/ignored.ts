import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Something that an admin may take for a part of the configuration. */
export interface Ignored {
  readonly path: string;
  readonly why: string;
}

/** Endings of files that somebody wants read; an editor and a package manager add others to put a file aside. */
const LOOKS_READ = /\.(?:ya?ml|json|conf)$/i;

/** What is in the directory of the configuration, or in its tasks.d, is not read, and looks as if it were. */
export function ignoredIn(directory: string): readonly Ignored[] {
  const beside = entries(directory).filter(({ name, isDirectory }) =>
    isDirectory ? name.endsWith('.d') && name !== 'tasks.d' : LOOKS_READ.test(name) && name !== 'holdstill.yaml',
  );
  const below = entries(join(directory, 'tasks.d')).filter(
    ({ name, isDirectory }) => isDirectory || (LOOKS_READ.test(name) && !name.endsWith('.yaml')),
  );
  return [
    ...beside.map(({ path }) => ({ path, why: 'is not read: only holdstill.yaml and tasks.d/*.yaml are' })),
    ...below.map(({ path, isDirectory }) => ({
      path,
      why: isDirectory ? 'is not read: only files in tasks.d itself are' : 'is not read: its name must end in .yaml',
    })),
  ];
}

/* Hidden files are an editor's. What can't be listed is reported by who reads it. */
function entries(
  directory: string,
): readonly { readonly name: string; readonly path: string; readonly isDirectory: boolean }[] {
  try {
    const all = readdirSync(directory, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
    return all
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((entry) => ({
        name: entry.name,
        path: join(directory, entry.name),
        isDirectory: entry.isDirectory(),
      }));
  } catch {
    return [];
  }
}
