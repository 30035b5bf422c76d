import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** An npm package and its licence. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/** Every npm package of which a byte is in one of the bundles. */
export async function packagesIn(metafiles: readonly Metafile[]): Promise<Package[]> {
  const folders = new Set<string>();
  for (const output of metafiles.flatMap((metafile) => Object.values(metafile.outputs))) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  return byName(await Promise.all([...folders].map(readPackage)));
}

/** `licences/` has the text of a package that comes without it, as its repository has it. */
async function readPackage(folder: string): Promise<Package> {
  const path = join(root, folder);
  const about = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as Record<string, string>;
  const { name = folder, version = '', license = '' } = about;
  const own = (await readdir(path)).toSorted().find((one) => /^licen[cs]e/i.test(one));
  const kept = join(import.meta.dirname, 'licences', `${name}.txt`);
  const file = own === undefined ? kept : join(path, own);
  if (!existsSync(file) || license === '') throw new Error(`${name}: no licence`);
  return { name, version, license, text: (await readFile(file, 'utf8')).replaceAll('\r', '').trim() };
}

/** The text of dist/THIRD-PARTY-NOTICES.txt. */
export function noticesText(packages: readonly Package[]): string {
  const parts = byName(packages).map(
    (one) => `${'-'.repeat(80)}\n${one.name} ${one.version} (${one.license})\n\n${one.text}\n`,
  );
  return `The executables of holdstill contain these packages, each under its own licence.\n\n${parts.join('\n')}`;
}

function byName(packages: readonly Package[]): Package[] {
  return packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
