import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { madeOnce } from './made.ts';

const exec = promisify(execFile);

/** What dpkg has installed on this machine. */
export const dpkgStatus = '/var/lib/dpkg/status';

/** The lab can't be had here; the message is one plain sentence for people, with the line to type where there is one. */
export class NoLab extends Error {}

interface How {
  /** The file of what counts as installed, and is not fetched: `dpkgStatus`; /dev/null: nothing, so that the directory is a whole root. */
  readonly status: string;
  /** Packages that are left out, by their files' names. */
  readonly unwanted: RegExp | undefined;
}

/** Packages and what they need, unpacked in a directory. */
export function unpackPackages(directory: string, names: readonly string[], { status, unwanted }: How): Promise<void> {
  return make(directory, `${String(names.length)} Debian packages and what they need`, async (work, root) => {
    const debs = await download(work, ['--download-only', 'install', '-y', '--no-install-recommends', ...names], {
      status,
    });
    const wanted = debs.filter((name) => !unwanted?.test(basename(name)));
    await unpack(wanted, root);
    return wanted.length;
  });
}

/** Packages of another suite of Debian, without what they need: each in a directory of its name in this one. */
export function unpackApart(directory: string, names: readonly string[], suite: string): Promise<void> {
  return make(directory, `${names.join(', ')} of Debian ${suite}`, async (work, root) => {
    const debs = await download(work, ['download', ...names], { suite });
    for (const name of names) {
      const own = debs.filter((deb) => basename(deb).startsWith(`${name}_`));
      await unpack(own, join(root, name));
    }
    return debs.length;
  });
}

/** `fill` gets a directory for a while, and the one that stays. */
async function make(
  directory: string,
  what: string,
  fill: (work: string, root: string) => Promise<number>,
): Promise<void> {
  const started = Date.now();
  say(`lab: fetching ${what} ...`);
  try {
    await madeOnce(directory, async (root) => {
      await chmod(root, 0o755);
      const work = await mkdtemp(`${root}.`);
      let count;
      try {
        count = await fill(work, root);
      } finally {
        await rm(work, { recursive: true, force: true });
      }
      say(` ${String(count)} unpacked in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    });
  } catch (error) {
    say(' failed\n');
    throw error;
  }
}

interface From {
  /** What counts as installed. */
  readonly status?: string;
  /** Of Debian; undefined: what this machine has. */
  readonly suite?: string;
}

/** Own lists and cache: no root is needed, and the host's apt is neither trusted to be fresh nor changed. */
async function download(work: string, words: readonly string[], from: From): Promise<string[]> {
  const archives = join(work, 'cache', 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  const config = join(work, 'apt.conf');
  await writeFile(config, aptConfiguration(work, from));
  if (from.suite !== undefined) await writeFile(join(work, 'sources.list'), sourcesOf(from.suite));
  const apt = (...some: string[]) =>
    exec('apt-get', ['-q', '-y', '-c', config, ...some], { cwd: archives, maxBuffer: 2 ** 26 });
  try {
    await apt('update');
    await apt(...words);
  } catch (error) {
    const hint = from.suite === undefined ? `; where it is, as root: apt-get ${words.slice(1).join(' ')}` : '';
    throw new NoLab(`apt-get could not download the lab's packages (${lastLine(error)}; is the network there?)${hint}`);
  }
  return (await readdir(archives)).filter((name) => name.endsWith('.deb')).map((name) => join(archives, name));
}

const sourcesOf = (suite: string): string =>
  `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian ${suite} main\n`;

/** The hooks that a host's configuration may run after an update are cleared: they clean up the host's own cache. */
const aptConfiguration = (work: string, { status = '/dev/null', suite }: From): string =>
  `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State::status "${status}";
Dir::State::lists "${work}/lists";
Dir::Cache "${work}/cache";
Dir::Cache::archives "${work}/cache/archives";
${suite === undefined ? '' : `Dir::Etc::sourcelist "${work}/sources.list";\nDir::Etc::sourceparts "/dev/null";\n`}Debug::NoLocking "1";
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
