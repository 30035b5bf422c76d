/* Brings the generated blocks of README.md and docs/ up to date: npm run readme. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { NODE_SOURCES } from '../hooks/build/node.ts';
import { configReference } from '../src/config/reference.ts';
import { contracts } from '../src/contracts/contracts.ts';
import { EXIT_MEANINGS } from '../src/core/model/exit.ts';
import { program } from '../src/main/cli.ts';
import { STATE_MEANINGS } from '../src/report/status.ts';
import { type Disk, parseDisks } from './gallery/disk.ts';
import { DISKS } from './gallery/disks.ts';
import { expectedOf } from './gallery/expect.ts';

/** What stands between `<!-- generated:NAME -->` and `<!-- /generated:NAME -->`. */
type Generators = Readonly<Record<string, () => string>>;

/** The files with generated blocks, by their paths from the top level, and the blocks of each. */
export const GENERATED: Readonly<Record<string, Generators>> = {
  'docs/install.md': { node: () => table(['system', 'Node.js'], NODE_SOURCES.map(nodeRow)) },
  'docs/configuration.md': { config: configReference },
  'docs/commands.md': {
    commands: () => table(['command', 'does', 'options'], commandsOf(program(() => {})).map(commandRow)),
    hooks: () => table(['product', 'before the job', 'after the job'], contracts.map(hookRow)),
    exit: () => table(['exit status', 'means'], EXIT_MEANINGS),
    states: () => table(['state', 'means'], STATE_MEANINGS),
  },
  'docs/disks.md': {
    gallery: () => table(['disk', 'what is shown'], parseDisks(DISKS).map(diskRow)),
  },
};

/** Where a document of the project is. */
export function documentAt(file: string): string {
  return fileURLToPath(new URL(`../${file}`, import.meta.url));
}

/** `text` of `file` with all its blocks as they must be. Throws where the markers of a block are not there exactly once. */
export function withBlocks(file: string, text: string, generators: Generators): string {
  return Object.entries(generators).reduce((before, [name, generate]) => {
    const [open, close] = [`<!-- generated:${name} -->`, `<!-- /generated:${name} -->`];
    const [head, rest, ...more] = before.split(open);
    const [, tail, ...others] = rest?.split(close) ?? [];
    if (head === undefined || tail === undefined || more.length + others.length > 0) {
      throw new Error(`${file} must hold ${open} and, after it, ${close} exactly once`);
    }
    return `${head}${open}\n\n${generate()}\n\n${close}${tail}`;
  }, text);
}

function nodeRow({ systems, install }: (typeof NODE_SOURCES)[number]): readonly string[] {
  const command = /^type: (.*)/.exec(install)?.[1];
  return [systems, command === undefined ? install : code(command)];
}

function diskRow(disk: Disk): readonly string[] {
  const { shown } = expectedOf(disk);
  const places = shown.map(({ place, type }) => `\`${place.slice(1) || '.'}\` ${type}`);
  return [code(disk.line), places.join(', ')];
}

/** A command, or those below it: `config` does nothing by itself. */
function commandsOf(parent: Command): readonly Command[] {
  return parent.commands.flatMap((command) => (command.commands.length > 0 ? commandsOf(command) : [command]));
}

function commandRow(command: Command): readonly string[] {
  const names = [command.name()];
  for (let above = command.parent; above; above = above.parent) names.unshift(above.name());
  // commander puts `[options]` first, which the last column says.
  const usage = command.usage().replace(/^\[options\] ?/, '');
  const options = command.options.map(({ flags, description }) => `${code(flags)}: ${description}`);
  return [code(`${names.join(' ')} ${usage}`.trim()), command.description(), options.join('; ')];
}

function hookRow({ product, usage }: (typeof contracts)[number]): readonly string[] {
  const cell = (text: string): string => text.replace(/^(.*?) {2,}/, (_, words: string) => `${code(words)} `);
  return [product, cell(usage.open), cell(usage.close)];
}

/* A bar would end the cell, in code as well. */
function code(text: string): string {
  return `\`${text.replaceAll('|', '\\|')}\``;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, generators] of Object.entries(GENERATED)) {
    const at = documentAt(file);
    writeFileSync(at, withBlocks(file, readFileSync(at, 'utf8'), generators));
  }
}
