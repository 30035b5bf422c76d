/**
 * Makes `dist/<product>/<name>` from each `hooks/<product>/<name>.ts`, and `dist/holdstill` from `hooks/holdstill.ts`:
 * self-contained executables (see prologue.sh) of an eager part and the deferred ones that it loads (see parts.ts), which
 * are built once and are the same in all. What is in hooks/systemd/ and hooks/udev/ is copied.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundle, LEAST_NODE, VERSION, type Bundle } from './bundle.ts';
import { contractOf, entries } from './entries.ts';
import { noticesText, packagesIn, type Package } from './notices.ts';
import { put, sweep } from './output.ts';
import { deferring, makeParts, MARK, partsOf, type Part } from './parts.ts';
import { prologue } from './prologue.ts';

/** What an executable may weigh before there is work: V8 parses it on every call of every task. */
const EAGER_BUDGET = 64 * 1024;
const COPIED = ['systemd', 'udev'];

async function main(): Promise<void> {
  const parts = await makeParts();
  const notices = new Map<string, Package>();
  const written: string[] = [];
  for (const name of await entries()) {
    const { text, packages } = await executable(name, parts);
    for (const one of packages) notices.set(`${one.name} ${one.version}`, one);
    await put(name, text, 0o755);
    written.push(name);
  }
  written.push(...(await copies()));
  await put('THIRD-PARTY-NOTICES.txt', noticesText([...notices.values()]), 0o644);
  await putSchema();
  await sweep(written);
}

async function executable(name: string, all: readonly Part[]): Promise<{ text: string; packages: readonly Package[] }> {
  const eager = await bundle(`hooks/${name}.ts`, [deferring(all)], ['hooks/build/es2023.ts']);
  assertLean(name, eager);
  const parts = partsOf(eager.metafile, all);
  const packages = await packagesIn(parts.map(({ metafile }) => metafile));
  const head = await prologue({
    version: VERSION,
    name,
    contract: contractOf(name),
    bundled: packages.map((one) => `${one.name} ${one.version} (${one.license})`).join(', '),
    mark: MARK,
    eagerBytes: eager.code.length,
    leastNode: LEAST_NODE,
  });
  const text = [head, eager.code, ...parts.map(({ block }) => block)].join('');
  const sizes = parts.map((part) => `${part.name} ${kilobytes(part.block.length)}`);
  const eagerSize = kilobytes(head.length + eager.code.length);
  say(`dist/${name}`, `${kilobytes(text.length)}: at once ${eagerSize}, ${sizes.join(', ')}`);
  return { text, packages };
}

function assertLean(name: string, { code, metafile }: Bundle): void {
  if (code.includes(`\n${MARK}`)) throw new Error(`${name}: the eager part contains the mark of a deferred one`);
  const npm = Object.keys(metafile.inputs).filter((path) => path.includes('node_modules/'));
  if (npm.length > 0) throw new Error(`${name}: an npm package outside of the deferred parts: ${npm.join(', ')}`);
  if (code.length > EAGER_BUDGET) throw new Error(`${name}: ${kilobytes(code.length)} outside of the deferred parts`);
}

async function copies(): Promise<readonly string[]> {
  const copied: string[] = [];
  for (const directory of COPIED) {
    for (const name of await readdir(join(import.meta.dirname, '..', directory))) {
      const file = `${directory}/${name}`;
      await put(file, await readFile(join(import.meta.dirname, '..', file), 'utf8'), 0o644);
      copied.push(file);
    }
  }
  return copied;
}

async function putSchema(): Promise<void> {
  const { jsonSchema } = await import('../../src/config/schema.ts');
  await put('holdstill.schema.json', `${JSON.stringify(jsonSchema(), null, 2)}\n`, 0o644);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

function say(what: string, about: string): void {
  process.stdout.write(`${what.padEnd(24)} ${about}\n`);
}

await main();
