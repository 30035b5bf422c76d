import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const dist = join(import.meta.dirname, '../../dist');

/** Puts a file of dist/ in its place in one step, so that whoever runs the old one is not disturbed. */
export async function put(name: string, content: string, mode: number): Promise<void> {
  const path = join(dist, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, content);
  await chmod(`${path}.new`, mode);
  await rename(`${path}.new`, path);
}

/** Removes what is in a directory of dist/ and was not written now: the executables of hooks that no longer exist. */
export async function sweep(written: readonly string[]): Promise<void> {
  for (const entry of await readdir(dist, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    for (const file of await readdir(join(dist, entry.name))) {
      if (!written.includes(`${entry.name}/${file}`)) await rm(join(dist, entry.name, file), { recursive: true });
    }
  }
}
