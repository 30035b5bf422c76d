import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Import {
  readonly from: string;
  /** `src/core/model/fault.ts`, `node:fs` or the name of an npm package. */
  readonly to: string;
  readonly kind: 'static' | 'dynamic' | 'type';
  readonly clause: string;
}

/** All that a file takes from others, and whether it does so at once, later, or for its types alone. */
export function importsOf(file: string): Import[] {
  const text = code(file);
  const found: Import[] = [];
  for (const [, clause = '', path = ''] of text.matchAll(
    /^(?:import|export)\s+([^'";]*?)\s*from\s*['"]([^'"]+)['"]/gm,
  )) {
    const kind = /^type\b/.test(clause) ? 'type' : 'static';
    found.push({ from: file, to: target(file, path), kind, clause });
  }
  for (const [, path = ''] of text.matchAll(/^import\s*['"]([^'"]+)['"]/gm)) {
    found.push({ from: file, to: target(file, path), kind: 'static', clause: '' });
  }
  for (const [, type, path = ''] of text.matchAll(/(\btypeof\s+)?\b(?:import|require)\(\s*['"`]([^'"`]+)['"`]/g)) {
    found.push({ from: file, to: target(file, path), kind: type === undefined ? 'dynamic' : 'type', clause: '' });
  }
  return found;
}

/** Relative paths become paths from the root; the path inside a package is left out. */
function target(file: string, path: string): string {
  if (path.startsWith('.')) return relative(root, join(root, dirname(file), path));
  if (builtinModules.includes(path)) return `node:${path}`;
  if (path.startsWith('node:')) return path;
  return path.split('/', path.startsWith('@') ? 2 : 1).join('/');
}

/** The TypeScript of a folder, as paths from the root. */
export function filesOf(folder: string): string[] {
  const found = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return found.filter((file) => file.endsWith('.ts')).map((file) => join(folder, file));
}

/** The text without comments that stand alone on their lines. */
export function code(file: string): string {
  return read(file).replaceAll(/^\s*(\/\*[\s\S]*?\*\/|\/\/.*)$/gm, '');
}

export function read(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
