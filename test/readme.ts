/* Brings the generated blocks of README.md up to date: npm run readme. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NODE_SOURCES } from '../hooks/build/node.ts';
import { configReference } from '../src/config/reference.ts';
import { EXIT_MEANINGS } from '../src/core/model/exit.ts';
import { STATE_MEANINGS } from '../src/report/status.ts';
import { type Disk, parseDisks } from './gallery/disk.ts';
import { DISKS } from './gallery/disks.ts';
import { expectedOf } from './gallery/expect.ts';

/** Where the project's README is. */
export const README = fileURLToPath(new URL('../README.md', import.meta.url));

/** What stands between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->`. */
const GENERATORS: ReadonlyMap<string, () => string> = new Map([
  ['config', configReference],
  ['gallery', () => table(['disk', 'what is shown'], parseDisks(DISKS).map(rowOf))],
  ['node', () => table(['system', 'Node.js'], NODE_SOURCES.map(nodeRow))],
  ['exit', () => table(['exit status', 'means'], EXIT_MEANINGS)],
  ['states', () => table(['state', 'means'], STATE_MEANINGS)],
]);

/** `text` with all blocks as they must be. Throws where the markers of a block are not there exactly once. */
export function withBlocks(text: string, generators = GENERATORS): string {
  return [...generators].reduce((before, [name, generate]) => {
    const [open, close] = [`<!-- generated:${name} -->`, `<!-- /generated:${name} -->`];
    const [head, rest, ...more] = before.split(open);
    const [, tail, ...others] = rest?.split(close) ?? [];
    if (head === undefined || tail === undefined || more.length + others.length > 0) {
      throw new Error(`README.md must hold ${open} and, after it, ${close} exactly once`);
    }
    return `${head}${open}\n\n${generate()}\n\n${close}${tail}`;
  }, text);
}

function nodeRow({ systems, install }: (typeof NODE_SOURCES)[number]): readonly string[] {
  const command = /^type: (.*)/.exec(install)?.[1];
  return [systems, command === undefined ? install : `\`${command}\``];
}

function rowOf(disk: Disk): readonly string[] {
  const { shown } = expectedOf(disk);
  const places = shown.map(({ place, type }) => `\`${place.slice(1) || '.'}\` ${type}`);
  return [`\`${disk.line.replaceAll('|', '\\|')}\``, places.join(', ')];
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(README, withBlocks(readFileSync(README, 'utf8')));
}
