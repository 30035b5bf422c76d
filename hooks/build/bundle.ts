import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build as esbuild, type BuildOptions, type Metafile, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** One CommonJS module that needs nothing but Node.js. */
export interface Bundle {
  readonly code: string;
  readonly metafile: Metafile;
}

interface PackageJson {
  readonly version: string;
  readonly engines: { readonly node: string };
}

const { version, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson;

/** Of package.json. */
export const VERSION: string = version;
/** The least Node.js that the executables need: `18.19`. */
export const LEAST_NODE: string = engines.node.replace('>=', '');

/** Bundles a file (a path below the project) with all that it needs. Throws where something is left that is not in it. */
export async function bundle(
  entry: string,
  plugins: readonly Plugin[],
  inject: readonly string[] = [],
): Promise<Bundle> {
  const options: BuildOptions & { write: false; metafile: true } = {
    entryPoints: [entry],
    inject: [...inject],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: `node${LEAST_NODE}`,
    // A native import() doesn't work in code that was compiled by hand; a require does.
    supported: { 'dynamic-import': false },
    mainFields: ['module', 'main'],
    // The same code as ES modules, of which what isn't used can be left out: 50 KB less.
    alias: { yaml: './node_modules/yaml/browser/index.js' },
    // Names stay, and no line is long: the program runs as root and should be readable, and so should its stack traces. Shorter
    // names would save a quarter of the file and cost 5 ms of each opening, 17 ms where functions keep theirs (esbuild 0.28.2).
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    charset: 'ascii',
    legalComments: 'eof',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
    plugins: [...plugins, stubUnused, lateBuiltins, unstreamed],
  };
  const { outputFiles, metafile, warnings } = await esbuild(options);
  // What is not ASCII can only be a comment of a package: esbuild escapes the rest.
  const ascii = (outputFiles[0]?.text ?? '').replaceAll(/^[ \t]*\/\/.*$/gm, (line) =>
    line.replaceAll(/[^\x20-\x7e]/g, '-'),
  );
  const code = withoutCopies(ascii);
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

/**
 * esbuild (0.28.2) lets every file that imports the default of a builtin copy all of its properties, a hundred of node:fs.
 * Here it is the prototype instead: on a call that has nothing to do these copies took 0.7 ms of 8.5.
 */
function withoutCopies(code: string): string {
  return code.replaceAll(/\b__toESM\((require\("node:[a-z_/]+"\))(?:, ?1)?\)/g, '{ default: $1, __proto__: $1 }');
}

/** Dead weight: pino's transports need files beside the program, and only what execa prints with `verbose` has colours, for which it loads node:tty. */
const UNUSED = /^(thread-stream|yoctocolors)$/;

const stubUnused: Plugin = {
  name: 'stub-unused',
  setup(build) {
    build.onResolve({ filter: UNUSED }, ({ path }) => ({ path, namespace: 'stub' }));
    build.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({
      contents: `module.exports = class { constructor() { throw new Error('${path} is not bundled'); } };`,
    }));
  },
};

/** Builtins that are loaded where one of these functions is first called: node:crypto takes 2.6 ms, and a call that has nothing to do needs it only for a long name. */
const LATE: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['createHash', 'randomBytes'],
  'node:tty': ['isatty'],
};

const lateBuiltins: Plugin = {
  name: 'late-builtins',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${Object.keys(LATE).join('|')})$`) }, ({ path, namespace }) =>
      namespace === 'late' ? undefined : { path, namespace: 'late' },
    );
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => {
      const functions = LATE[path]?.map((name) => `exports.${name} = (...words) => late().${name}(...words);`) ?? [];
      return { contents: [`const late = () => require(${JSON.stringify(path)});`, ...functions].join('\n') };
    });
  },
};

/**
 * Packages (execa 9.6.1, sonic-boom 4.2.1, picocolors 1.1.1) that make the objects of all standard streams when they are loaded, which takes 6 ms: what to
 * put in place of what. An object of descriptor 0 also changes what a caller has opened (a pipe no longer blocks).
 */
const UNSTREAMED: readonly (readonly [file: RegExp, text: string, instead: string])[] = [
  [
    /execa\/lib\/utils\/standard-stream\.js$/,
    '[process.stdin, process.stdout, process.stderr]',
    "['stdin', 'stdout', 'stderr'].reduce((all, name, fd) => Object.defineProperty(all, fd, { get: () => process[name] }), [])",
  ],
  [
    /execa\/lib\/utils\/standard-stream\.js$/,
    'STANDARD_STREAMS.includes(stream)',
    '[0, 1, 2].includes(stream?.fd) && STANDARD_STREAMS[stream.fd] === stream',
  ],
  [
    /execa\/lib\/stdio\/direction\.js$/,
    '[0, process.stdin].includes(value)',
    'value === 0 || (value?.fd === 0 && value === process.stdin)',
  ],
  [
    /execa\/lib\/stdio\/direction\.js$/,
    '[1, 2, process.stdout, process.stderr].includes(value)',
    '[1, 2].includes(value) || ([1, 2].includes(value?.fd) && [process.stdout, process.stderr].includes(value))',
  ],
  // It loads what paints its errors.
  [/sonic-boom\/index\.js$/, "assert = require('assert')", "assert = (...words) => require('assert')(...words)"],
  // We tell it ourselves whether there is a terminal (src/report/tree.ts).
  [/picocolors\/picocolors\.js$/, '((p.stdout || {}).isTTY && env.TERM !== "dumb")', 'false'],
];

const unstreamed: Plugin = {
  name: 'unstreamed',
  setup(build) {
    build.onLoad({ filter: /(standard-stream|direction|sonic-boom\/index|picocolors)\.js$/ }, async ({ path }) => {
      let contents = await readFile(path, 'utf8');
      for (const [file, text, instead] of UNSTREAMED) {
        if (!file.test(path)) continue;
        if (!contents.includes(text)) throw new Error(`${path} does not hold: ${text}`);
        contents = contents.replace(text, () => instead);
      }
      return { contents };
    });
  },
};
