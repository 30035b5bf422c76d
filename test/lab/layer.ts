import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cacheDirectory } from './cache.ts';
import { dpkgStatus, NoLab, unpackPackages } from './debs.ts';
import { type ExtraPackages, extraPackages, layerFormat, packages, unwanted } from './packages.ts';
import { type Kernel, newestKernel } from './kernel.ts';
import { preload } from './preload.ts';

/** `newest`: that of Debian's unstable, where it can be had; `own`: that of this machine's distribution. */
export type KernelChoice = 'newest' | 'own';

export interface Layer {
  /** A tree to lay over the host's root in the guest; empty when the host has every package itself. */
  readonly directory: string;
  /** The guest's kernels. */
  readonly kernels: Readonly<Record<KernelChoice, Kernel>>;
  /** Reads scripts, on the host. */
  readonly shellcheck: string;
}

let found: Promise<Layer> | undefined;

/** The lab's packages, downloaded with apt and unpacked once; nothing is installed on the host. */
export function labLayer(): Promise<Layer> {
  return (found ??= findLayer());
}

async function findLayer(): Promise<Layer> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new NoLab(`the lab needs Linux on x86-64, this is ${process.platform} on ${process.arch}`);
  }
  if (!existsSync(dpkgStatus)) throw new NoLab('the lab needs Debian or Ubuntu: there is no dpkg here');
  return layerAt(await unpacked(packages));
}

/** The packages of a set, as a tree to lay over all else; empty when the host has them itself. */
export async function extraLayer(set: ExtraPackages): Promise<string> {
  return unpacked(extraPackages[set]);
}

/** The tree that holds these packages and what they need; empty when the host has them itself. */
async function unpacked(names: readonly string[]): Promise<string> {
  const missing = missingAmong(names);
  if (missing.length === 0) return '';
  const directory = join(cacheDirectory(), `layer-${layerKey(names)}`);
  if (!existsSync(directory)) await unpackPackages(directory, missing, { status: dpkgStatus, unwanted });
  return directory;
}

async function layerAt(directory: string): Promise<Layer> {
  const program = (name: string): string => {
    const path = [`${directory}/usr/bin/${name}`, `/usr/bin/${name}`].find((candidate) => existsSync(candidate));
    if (path === undefined) throw new NoLab(`the lab's packages have no /usr/bin/${name}`);
    return path;
  };
  const library = await preload(program('tcc'));
  const own = {
    program: program('linux.uml'),
    directory: dirname(library),
    environment: { LD_PRELOAD: `./${basename(library)}` },
    layer: undefined,
    words: [],
  };
  return { directory, kernels: { own, newest: await newestOr(own) }, shellcheck: program('shellcheck') };
}

async function newestOr(own: Kernel): Promise<Kernel> {
  if (process.env['LAB_KERNEL'] === 'own') return own; // nothing is fetched then
  try {
    return await newestKernel();
  } catch (error) {
    if (!(error instanceof NoLab)) throw error;
    process.stderr.write(`lab: slower, with this distribution's User-Mode Linux: ${error.message}\n`);
    return own;
  }
}

function layerKey(names: readonly string[]): string {
  const hash = createHash('sha256').update(`${String(layerFormat)} ${names.join(' ')}\n`);
  return hash.update(readFileSync(dpkgStatus)).digest('hex').slice(0, 16);
}

function missingAmong(names: readonly string[]): string[] {
  const stanzas = readFileSync(dpkgStatus, 'utf8').split('\n\n');
  const installed = new Set(
    stanzas.flatMap((stanza) =>
      /^Status: \S+ \S+ installed$/mu.test(stanza) ? [/^Package: (.*)$/mu.exec(stanza)?.[1]] : [],
    ),
  );
  return names.filter((name) => !installed.has(name));
}
