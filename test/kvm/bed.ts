import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../lab/cache.ts';
import { unpackPackages } from '../lab/debs.ts';
import { extraLayer } from '../lab/layer.ts';
import { madeOnce } from '../lab/made.ts';
import type { LabOptions } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';
import { kvmPackages } from './packages.ts';

const here = import.meta.dirname;

/** Count it up when the packages are unpacked in another way. */
const FORMAT = 1;

/** For a lab that has the guest of words.bash: what it takes besides the script, whose value KVM is what `kvmGuest` answers. */
export const kvmHost = {
  world: 'vg vg-libvirt 300M\n  lv kvmserv-lvm-disk-1 64M raw\n  lv kvmserv-lvm-disk-2 40M raw',
  extra: 'libvirt',
  memory: '1500M',
} as const satisfies LabOptions;

/** The same disks, empty. */
const EMPTY =
  'vg vg-libvirt 300M\n  lv kvmserv-lvm-disk-1 64M mbr\n    p1 1048576B+60M ext4\n  lv kvmserv-lvm-disk-2 40M ext4';

/**
 * A directory with a guest that runs Linux (guest/init.sh), saved while it ran, so that a test need not boot it: its kernel, its disks, its memory, and
 * what libvirt knows of this QEMU. Made once of Debian's packages, kept beside the lab's, and made again when one of the files here is another.
 */
export async function kvmGuest(): Promise<string> {
  const key = hashOf(`${String(FORMAT)} ${kvmPackages.join(' ')}\n`, []);
  const tree = join(cacheDirectory(), `kvm-root-${key}`);
  if (!existsSync(tree)) await unpackPackages(tree, kvmPackages, { status: '/dev/null', unwanted: undefined });
  const guest = readdirSync(join(here, 'guest')).map((name) => `guest/${name}`);
  const files = ['build.bash', 'save.bash', 'words.bash', '../lab/boot.words.bash', ...guest];
  // A saved guest goes on in the QEMU that saved it.
  const directory = join(cacheDirectory(), `kvm-${hashOf(`${tree} ${await extraLayer('libvirt')} ${EMPTY}\n`, files)}`);
  await madeOnce(directory, async (work) => {
    await promisify(execFile)('bash', [join(here, 'build.bash'), tree, work], { maxBuffer: 2 ** 26 });
    const { status, stdout, stderr } = await scenario('test/kvm/save.bash', {
      ...kvmHost,
      world: EMPTY,
      values: { KVM: work, OUT: work },
      share: [work],
      timeoutMs: 600_000,
    });
    if (status !== 0) throw new Error(`the guest could not be made: status ${String(status)}: ${stdout}${stderr}`);
  });
  return directory;
}

function hashOf(text: string, files: readonly string[]): string {
  const parts = files.map((name) => readFileSync(join(here, name)));
  const hash = parts.reduce((sum, part) => sum.update(part), createHash('sha256').update(text));
  return hash.digest('hex').slice(0, 16);
}
