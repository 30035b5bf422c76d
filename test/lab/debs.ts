import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

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

/** Packages and what they need, unpacked in a directory. Made under another name and renamed, so a killed set-up leaves no half layer, and two at once don't meet. */
export async function unpackPackages(directory: string, names: readonly string[], how: How): Promise<void> {
  const work = await mkdtemp(`${directory}.`);
  const started = Date.now();
  say(`lab: fetching ${String(names.length)} Debian packages and what they need ...`);
  try {
    const debs = await download(work, names, how);
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
async function download(work: string, names: readonly string[], { status, unwanted }: How): Promise<string[]> {
  const archives = join(work, 'cache', 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  await mkdir(join(work, 'lists', 'partial'), { recursive: true });
  const config = join(work, 'apt.conf');
  await writeFile(config, aptConfiguration(work, status));
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
  const debs = (await readdir(archives)).filter((name) => name.endsWith('.deb') && !unwanted?.test(name));
  return debs.map((name) => join(archives, name));
}

/** The hooks that a host's configuration may run after an update are cleared: they clean up the host's own cache. */
const aptConfiguration = (work: string, status: string): string =>
  `#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State::status "${status}";
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
