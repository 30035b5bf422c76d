import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from './cache.ts';
import { layerFormat, packages, unwanted } from './packages.ts';
import { preload } from './preload.ts';

const exec = promisify(execFile);
const dpkgStatus = '/var/lib/dpkg/status';

/** The lab can't be had here; the message is one plain sentence for people, with the line to type where there is one. */
export class NoLab extends Error {}

export interface Layer {
  /** A tree to lay over the host's root in the guest; empty when the host has every package itself. */
  readonly directory: string;
  /** The guest's kernel, a program of the host. */
  readonly kernel: string;
  /** A library to load before it. */
  readonly preload: string;
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
  const missing = missingPackages();
  if (missing.length === 0) return layerAt('');
  const directory = join(cacheDirectory(), `layer-${layerKey()}`);
  if (!existsSync(directory)) await makeLayer(directory, missing);
  return layerAt(directory);
}

async function layerAt(directory: string): Promise<Layer> {
  const program = (name: string): string => {
    const path = [`${directory}/usr/bin/${name}`, `/usr/bin/${name}`].find((candidate) => existsSync(candidate));
    if (path === undefined) throw new NoLab(`the lab's packages have no /usr/bin/${name}`);
    return path;
  };
  return {
    directory,
    kernel: program('linux.uml'),
    preload: await preload(program('tcc')),
    shellcheck: program('shellcheck'),
  };
}

function layerKey(): string {
  const hash = createHash('sha256').update(`${String(layerFormat)} ${packages.join(' ')}\n`);
  return hash.update(readFileSync(dpkgStatus)).digest('hex').slice(0, 16);
}

function missingPackages(): string[] {
  const stanzas = readFileSync(dpkgStatus, 'utf8').split('\n\n');
  const installed = new Set(
    stanzas.flatMap((stanza) =>
      /^Status: \S+ \S+ installed$/mu.test(stanza) ? [/^Package: (.*)$/mu.exec(stanza)?.[1]] : [],
    ),
  );
  return packages.filter((name) => !installed.has(name));
}

/** Made under another name and renamed, so a killed set-up leaves no half layer, and two at once don't meet. */
async function makeLayer(directory: string, missing: readonly string[]): Promise<void> {
  const work = await mkdtemp(`${directory}.`);
  const started = Date.now();
  say(`lab: fetching ${String(missing.length)} Debian packages and what they need ...`);
  try {
    const debs = await download(work, missing);
    await unpack(debs, join(work, 'root'));
    await rename(join(work, 'root'), directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error; // another process was quicker: its layer is as good
    });
    say(` ${String(debs.length)} unpacked in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    say(' failed\n');
    throw error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Own lists and cache: no root is needed, and the host's apt is neither trusted to be fresh nor changed. */
async function download(work: string, names: readonly string[]): Promise<string[]> {
  const archives = join(work, 'cache', 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  const config = join(work, 'apt.conf');
  await writeFile(config, aptConfiguration(work));
  const apt = (...words: string[]) => exec('apt-get', ['-q', '-y', '-c', config, ...words], { maxBuffer: 2 ** 26 });
  try {
    await apt('update');
    await apt('--download-only', '--no-install-recommends', 'install', ...names);
  } catch (error) {
    throw new NoLab(
      `apt-get could not download the lab's packages (${lastLine(error)}; is the network there?); where it is, as root: ` +
        `apt-get install -y --no-install-recommends ${names.join(' ')}`,
    );
  }
  const debs = (await readdir(archives)).filter((name) => name.endsWith('.deb') && !unwanted.test(name));
  return debs.map((name) => join(archives, name));
}

/** The hooks that a host's configuration may run after an update are cleared: they clean up the host's own cache. */
const aptConfiguration = (work: string): string =>
  `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State::lists "${work}/lists";
Dir::Cache "${work}/cache";
Dir::Cache::archives "${work}/cache/archives";
Debug::NoLocking "1";
APT::Sandbox::User "root";
APT::Keep-Downloaded-Packages "1";
Acquire::Retries "2";
`;

async function unpack(debs: readonly string[], root: string): Promise<void> {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name)); // merged /usr, as the host below has it
  }
  const script = `set -o pipefail; dpkg-deb --fsys-tarfile "$0" | tar -x --keep-directory-symlink --no-same-owner -C "$1"`;
  for (const deb of debs) await exec('bash', ['--norc', '-c', script, deb, root]);
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  const lines = (stderr || message).split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => line.startsWith('E:')) ?? lines.at(-1) ?? 'no message';
}

function say(text: string): void {
  process.stderr.write(text);
}
