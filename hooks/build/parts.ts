import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Metafile, Plugin } from 'esbuild';
import { bundle } from './bundle.ts';
import type { Marks } from '../../src/main/deferred.ts';

const root = join(import.meta.dirname, '../..');

/** What the line before each deferred part begins with. */
export const MARK = '/*==== deferred part';

/**
 * The files that an executable compiles only when somebody says `await import()` of them, each with all that it needs. One may
 * load those before it.
 */
const DEFERRED = {
  config: 'src/config/configuration.ts',
  probe: 'src/main/probe.ts',
  watch: 'src/app/watcher.ts',
  app: 'src/app/app.ts',
  cli: 'src/main/cli.ts',
} as const;

/** A deferred part of an executable. */
export interface Part {
  readonly name: string;
  /** The file that is loaded: `src/app/app.ts`. */
  readonly entry: string;
  readonly marks: Marks;
  /** As it stands in the executable: JavaScript in a comment, between its marks. */
  readonly block: string;
  readonly metafile: Metafile;
}

/** All deferred parts, in the order in which they stand in an executable. */
export async function makeParts(deferred: Readonly<Record<string, string>> = DEFERRED): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const [name, entry] of Object.entries(deferred)) {
    const { code, metafile } = await bundle(entry, [deferring(parts)]);
    parts.push({ name, entry, metafile, ...sealed(name, code) });
  }
  return parts;
}

/** Those that an executable needs whose eager part is bundled so. */
export function partsOf(eager: Metafile, parts: readonly Part[]): readonly Part[] {
  const named = (metafile: Metafile): string[] =>
    Object.keys(metafile.inputs).flatMap((input) => (input.startsWith('deferred:') ? [input.slice(9)] : []));
  const needed = new Set(named(eager));
  for (const part of parts.toReversed()) {
    if (needed.has(part.name)) for (const name of named(part.metafile)) needed.add(name);
  }
  return parts.filter(({ name }) => needed.has(name));
}

/** Makes `await import()` of the file of a part load it. */
export function deferring(parts: readonly Part[]): Plugin {
  const byFile = new Map(parts.map((part) => [resolve(root, part.entry), part]));
  return {
    name: 'deferring',
    setup(build) {
      build.onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind, importer }) => {
        const part = byFile.get(resolve(resolveDir, path));
        if (!part) return undefined;
        if (kind === 'dynamic-import') return { path: part.name, namespace: 'deferred' };
        return { errors: [{ text: `${part.entry} may only be imported by import(), see ${importer}` }] };
      });
      build.onLoad({ filter: /.*/, namespace: 'deferred' }, ({ path }) => {
        const marks = JSON.stringify(parts.find(({ name }) => name === path)?.marks);
        return {
          contents: `module.exports = require('../../src/main/deferred.ts').loadDeferred(__filename, __dirname, require, ${marks});`,
          resolveDir: import.meta.dirname,
        };
      });
    },
  };
}

/** The marks carry a checksum of the code; the token is one that the code does not contain. */
function sealed(name: string, code: string): Pick<Part, 'marks' | 'block'> {
  const sum = createHash('sha256').update(code).digest('hex').slice(0, 16);
  let token = '*@/';
  while (code.includes(token)) token = token.replace('@', '@@');
  const marks = {
    name,
    begin: `${MARK} ${name} ${sum} ====`,
    end: `==== end of deferred part ${name} ${sum} ====*/`,
    token,
  };
  return { marks, block: `\n${marks.begin}\n${code.replaceAll('*/', token)}\n${marks.end}\n` };
}
