/**
 * Makes `dist/<product>/<name>` from each `hooks/<product>/<name>.ts`, and `dist/holdstill` from `hooks/holdstill.ts`:
 * self-contained executables of three parts (see prologue.sh). The third part, src/app/app.ts with all it needs, is built
 * once and is the same in all of them. What is in hooks/systemd/ and hooks/udev/ is copied.
 */
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { build as esbuild, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import { contracts } from '../../src/contracts/contracts.ts';
import type { Contract } from '../../src/core/ports/contract.ts';
import type { Marks } from './deferred.ts';
import { prologue } from './prologue.ts';

const root = join(import.meta.dirname, '../..');
const dist = join(root, 'dist');
const app = join(root, 'src/app/app.ts');

/** What the hooks of a product may weigh before there is work: V8 parses it on every call of every task. */
const EAGER_BUDGET = 300 * 1024;
/** To know whether a task is configured, the configuration must be read; nothing else of npm is needed for that. */
const EAGER_PACKAGE = /^node_modules\/yaml\//;
const CLI = 'holdstill';
const COPIED = ['systemd', 'udev'];
const OWN = basename(import.meta.dirname);
const MARK = '/*==== deferred part';

interface PackageJson {
  readonly version: string;
  readonly engines: { readonly node: string };
}

interface Bundle {
  readonly code: string;
  readonly metafile: Metafile;
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

async function main(): Promise<void> {
  const { version, engines } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as PackageJson;
  const leastNode = engines.node.replace('>=', '');
  const deferred = await bundle(app, leastNode, [stubThreadStream], []);
  const marks = marksFor(deferred.code);
  const block = `\n${marks.begin}\n${deferred.code.replaceAll('*/', marks.token)}\n${marks.end}\n`;

  const notices = new Map<string, Package>();
  const written: string[] = [];
  for (const name of await entries()) {
    const eager = await bundle(join(root, `hooks/${name}.ts`), leastNode, [deferApp(marks)], ['hooks/build/es2023.ts']);
    if (eager.code.includes(`\n${marks.begin}\n`))
      throw new Error(`${name}: the first part contains the mark of the deferred one`);
    if (name !== CLI) assertLean(name, eager);
    const packages = await packagesIn([eager.metafile, deferred.metafile]);
    for (const one of packages) notices.set(`${one.name} ${one.version}`, one);
    const head = await prologue({
      version,
      name,
      contract: contractOf(name),
      bundled: packages.map((one) => `${one.name} ${one.version} (${one.license})`).join(', '),
      mark: MARK,
      leastNode,
    });
    await put(name, head + eager.code + block, 0o755);
    written.push(name);
    say(`dist/${name}`, `${kilobytes(head.length + eager.code.length)} + ${kilobytes(block.length)} deferred`);
  }
  for (const directory of COPIED) {
    for (const name of await readdir(join(root, 'hooks', directory))) {
      const file = `${directory}/${name}`;
      await put(file, await readFile(join(root, 'hooks', file), 'utf8'), 0o644);
      written.push(file);
    }
  }
  await put('THIRD-PARTY-NOTICES.txt', noticesText([...notices.values()]), 0o644);
  await putSchema();
  await sweep(written);
}

/** `sesam/sbc_pre` for hooks/sesam/sbc_pre.ts: a new product needs no change here. */
async function entries(): Promise<string[]> {
  const found: string[] = [CLI];
  for (const entry of await readdir(join(root, 'hooks'), { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === OWN) continue;
    for (const file of await readdir(join(root, 'hooks', entry.name))) {
      if (file.endsWith('.ts')) found.push(`${entry.name}/${file.slice(0, -'.ts'.length)}`);
    }
  }
  return found.toSorted();
}

function contractOf(name: string): Contract {
  const product = name === CLI ? 'generic' : dirname(name);
  const contract = contracts.find((one) => one.product === product);
  if (!contract) throw new Error(`hooks/${name}.ts: src/contracts/contracts.ts lists no contract '${product}'`);
  return contract;
}

async function bundle(entry: string, leastNode: string, plugins: Plugin[], inject: string[]): Promise<Bundle> {
  const options: BuildOptions & { write: false; metafile: true } = {
    entryPoints: [entry],
    inject,
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: `node${leastNode}`,
    // A native import() doesn't work in code that was compiled by hand; a require does.
    supported: { 'dynamic-import': false },
    mainFields: ['module', 'main'],
    // The same code as ES modules, of which what isn't used can be left out: 50 KB less on every call.
    alias: { yaml: './node_modules/yaml/browser/index.js' },
    // Names and line breaks stay: the program runs as root and should be readable, and so should its stack traces.
    minifySyntax: true,
    charset: 'ascii',
    legalComments: 'eof',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
    plugins,
  };
  const { outputFiles, metafile, warnings } = await esbuild(options);
  // What is not ASCII can only be a comment of a package: esbuild escapes the rest.
  const code = (outputFiles[0]?.text ?? '').replaceAll(/^[ \t]*\/\/.*$/gm, (line) =>
    line.replaceAll(/[^\x20-\x7e]/g, '-'),
  );
  if (warnings.length > 0) throw new Error(`${entry}: the build has warnings`);
  if (/[^\x01-\x0c\x0e-\x7f]/.test(code)) throw new Error(`${entry}: the bundle is not plain ASCII`);
  if (code.includes(root)) throw new Error(`${entry}: the bundle holds a path of this machine`);
  const builtins = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
  const foreign = Object.values(metafile.outputs)
    .flatMap((output) => output.imports)
    .filter((one) => one.external && !builtins.has(one.path));
  if (foreign.length > 0) throw new Error(`${entry}: not bundled: ${foreign.map((one) => one.path).join(', ')}`);
  return { code, metafile };
}

/** Makes `await import('./app.ts')` load the deferred part. */
function deferApp(marks: Marks): Plugin {
  return {
    name: 'defer-app',
    setup(build) {
      build.onResolve({ filter: /app\.ts$/ }, ({ path, resolveDir, kind, importer }) => {
        if (resolve(resolveDir, path) !== app) return undefined;
        if (kind === 'dynamic-import') return { path: 'app', namespace: 'deferred' };
        return { errors: [{ text: `src/app/app.ts may only be imported by import(), see ${importer}` }] };
      });
      build.onLoad({ filter: /^app$/, namespace: 'deferred' }, () => ({
        contents: `module.exports = require('./deferred.ts').loadDeferred(__filename, __dirname, require, ${JSON.stringify(marks)});`,
        resolveDir: import.meta.dirname,
      }));
    },
  };
}

/** pino's transports want files beside the program; without them thread-stream is dead weight. */
const stubThreadStream: Plugin = {
  name: 'stub-thread-stream',
  setup(build) {
    build.onResolve({ filter: /^thread-stream$/ }, () => ({ path: 'thread-stream', namespace: 'stub' }));
    build.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({
      contents: `module.exports = class { constructor() { throw new Error('${path} is not bundled'); } };`,
    }));
  },
};

/** The marks around the deferred part, and a token that the code does not contain. */
function marksFor(code: string): Marks {
  const sum = createHash('sha256').update(code).digest('hex').slice(0, 16);
  let token = '*@/';
  while (code.includes(token)) token = token.replace('@', '@@');
  return { begin: `${MARK} ${sum} ====`, end: `==== end of deferred part ${sum} ====*/`, token };
}

function assertLean(name: string, { code, metafile }: Bundle): void {
  const npm = Object.keys(metafile.inputs).filter(
    (path) => path.includes('node_modules/') && !EAGER_PACKAGE.test(path),
  );
  if (npm.length > 0) throw new Error(`${name}: an npm package outside of the deferred part: ${npm.join(', ')}`);
  if (code.length > EAGER_BUDGET) throw new Error(`${name}: ${kilobytes(code.length)} outside of the deferred part`);
}

/** Every npm package of which a byte is in one of the bundles. */
async function packagesIn(metafiles: readonly Metafile[]): Promise<Package[]> {
  const folders = new Set<string>();
  for (const output of metafiles.flatMap((metafile) => Object.values(metafile.outputs))) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
    }
  }
  const packages = await Promise.all([...folders].map(readPackage));
  return packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function readPackage(folder: string): Promise<Package> {
  const path = join(root, folder);
  const about = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as Record<string, string>;
  const { name = folder, version = '', license = '' } = about;
  const file = (await readdir(path)).toSorted().find((one) => /^licen[cs]e/i.test(one));
  if (file === undefined || license === '') throw new Error(`${name}: no licence`);
  return { name, version, license, text: (await readFile(join(path, file), 'utf8')).replaceAll('\r', '').trim() };
}

function noticesText(packages: readonly Package[]): string {
  const parts = packages
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((one) => `${'-'.repeat(80)}\n${one.name} ${one.version} (${one.license})\n\n${one.text}\n`);
  return `The executables of holdstill contain these packages, each under its own licence.\n\n${parts.join('\n')}`;
}

async function putSchema(): Promise<void> {
  const { jsonSchema } = await import('../../src/config/schema.ts');
  await put('holdstill.schema.json', `${JSON.stringify(jsonSchema(), null, 2)}\n`, 0o644);
}

/** Puts a file in its place in one step, so that whoever runs the old one is not disturbed. */
async function put(name: string, content: string, mode: number): Promise<void> {
  const path = join(dist, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, content);
  await chmod(`${path}.new`, mode);
  await rename(`${path}.new`, path);
}

/** Removes the executables of hooks that are no more. */
async function sweep(written: readonly string[]): Promise<void> {
  for (const entry of await readdir(dist, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    for (const file of await readdir(join(dist, entry.name))) {
      if (!written.includes(`${entry.name}/${file}`)) await rm(join(dist, entry.name, file), { recursive: true });
    }
  }
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`;
}

function say(what: string, about: string): void {
  process.stdout.write(`${what.padEnd(24)} ${about}\n`);
}

await main();
