import { readFileSync } from 'node:fs';
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
    plugins: [...plugins, stubUnused, lateCrypto],
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

/** Loads node:crypto where it is first used: that takes 2.6 ms, and a call that has nothing to do needs it only for a long name. */
const lateCrypto: Plugin = {
  name: 'late-crypto',
  setup(build) {
    build.onResolve({ filter: /^node:crypto$/ }, ({ path, namespace }) =>
      namespace === 'late' ? undefined : { path, namespace: 'late' },
    );
    build.onLoad({ filter: /.*/, namespace: 'late' }, ({ path }) => {
      const functions = ['createHash', 'randomBytes'].map(
        (name) => `exports.${name} = (...words) => late().${name}(...words);`,
      );
      return { contents: [`const late = () => require(${JSON.stringify(path)});`, ...functions].join('\n') };
    });
  },
};
