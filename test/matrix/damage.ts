import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';
import type { Row, Scale } from './row.ts';

/** What is damaged on which volume, and how: words of test/lab/guest/damage.pl; the partition that must be reported then. */
type Image = readonly [name: string, volume: Volume, damage: string, lost?: string];
type Volume = 'mbr' | 'gpt' | 'ext4' | 'xfs' | 'vfat' | 'ntfs' | 'btrfs';

const WORLD = `vg vg0 400M
  lv mbr 16M mbr
    p1 1M+4M ext4
    p2 4M vfat
    p5 logical rest ext4
  lv gpt 16M gpt
    p1 1M+4M ext4
    p2 4M vfat
  lv ext4 8M ext4
  lv xfs 20M xfs
  lv vfat 8M vfat
  lv ntfs 8M ntfs
  lv btrfs 32M btrfs
  lv whole 8M ext4`;

/** Entry N of an MBR at 446 + 16 (N - 1): type at 4, start at 8, sectors at 12. */
const MBR: readonly Image[] = [
  ['mbr-zero', 'mbr', 'zero 0 512'],
  ['mbr-random', 'mbr', 'random 0 510 1'],
  ['mbr-no-signature', 'mbr', 'set 510 0000'],
  ['mbr-entry-too-long', 'mbr', 'set 458 ffffff7f'],
  ['mbr-entry-beyond', 'mbr', 'set 454 00000070'],
  ['mbr-entry-of-nothing', 'mbr', 'set 458 00000000', 'p1'],
  ['mbr-overlap', 'mbr', 'copy 470 4 454'],
  ['mbr-twice', 'mbr', 'copy 462 16 446'],
  ['mbr-start-0', 'mbr', 'set 454 00000000'],
  ['mbr-wrap', 'mbr', 'set 454 ffffffff'],
  ['mbr-type-unknown', 'mbr', 'set 450 fd'],
  ['mbr-says-gpt', 'mbr', 'set 450 ee'],
  ['mbr-two-extended', 'mbr', 'set 466 05', 'p2'],
  ['mbr-entries-random', 'mbr', 'random 446 64 2'],
  ['mbr-entries-random-2', 'mbr', 'random 446 64 3'],
  ['chain-loop', 'mbr', 'set p3+466 05 set p3+470 00000000 set p3+474 ff0f0000', 'p6'],
  ['chain-back', 'mbr', 'set p3+462 000000000f00000000000000ffff0000'],
  ['chain-beyond', 'mbr', 'set p3+466 05 set p3+470 ffffff70 set p3+474 00100000', 'p6'],
  ['chain-zero', 'mbr', 'zero p3 512', 'p5'],
  ['chain-random', 'mbr', 'random p3 510 4'],
  ['mbr-parts-zero', 'mbr', 'zero p1 4096 zero p2 4096'],
  ['mbr-parts-random', 'mbr', 'random p1 4096 5 random p2 4096 6'],
  ['mbr-over-ext4', 'ext4', 'set 510 55aa set 446 00202100839a2200000800000020 set 456 00'],
];

/** The header at 512 (checksum at 16, itself 24, the other 32, entries 72, how many 80, their size 84, their checksum 88). */
const GPT: readonly Image[] = [
  ['gpt-checksum', 'gpt', 'set 528 00000000'],
  ['gpt-both-checksums', 'gpt', 'set 528 00000000 set -496 00000000'],
  ['gpt-first-gone', 'gpt', 'zero 512 512'],
  ['gpt-both-gone', 'gpt', 'zero 512 512 zero -512 512'],
  ['gpt-entries-random', 'gpt', 'random 1024 256 7'],
  ['gpt-all-random', 'gpt', 'random 512 4096 8 random -512 512 9'],
  ['gpt-end-beyond', 'gpt', 'set 1064 ffffff7f00000000 sum gpt set -512 00', 'p1'],
  ['gpt-start-beyond', 'gpt', 'set 1056 ffffff7f00000000 set 1064 ffffff7f01000000 sum gpt set -512 00', 'p1'],
  ['gpt-overlap', 'gpt', 'copy 1184 16 1056 sum gpt set -512 00'],
  ['gpt-end-before-start', 'gpt', 'set 1064 0100000000000000 sum gpt set -512 00'],
  [
    'gpt-128-entries',
    'gpt',
    `${Array.from({ length: 127 }, (_, n) => `copy ${1152 + 128 * n} 128 1024`).join(' ')} sum gpt set -512 00`,
  ],
  ['gpt-entries-too-many', 'gpt', 'set 592 ffffff7f sum gpt set -512 00'],
  ['gpt-entries-of-0', 'gpt', 'set 596 00000000 sum gpt set -512 00'],
  ['gpt-entries-elsewhere', 'gpt', 'set 584 ffffff7fffffff7f sum gpt set -512 00'],
  ['gpt-itself-elsewhere', 'gpt', 'set 536 0700000000000000 sum gpt'],
  ['gpt-no-mbr', 'gpt', 'zero 0 512'],
  ['gpt-mbr-of-its-own', 'gpt', 'set 450 83 set 454 0008000000200000'],
];

/** ext4: superblock at 1024. xfs: big-endian, at 0. btrfs: superblock at 65536. */
const FILE_SYSTEMS: readonly Image[] = [
  ['ext4-zero', 'ext4', 'zero 1024 1024'],
  ['ext4-random', 'ext4', 'random 1024 1024 10'],
  ['ext4-random-but-magic', 'ext4', 'random 1024 1024 11 set 1080 53ef sum ext4'],
  ['ext4-larger-than-volume', 'ext4', 'set 1028 00000010 sum ext4'],
  ['ext4-checksum', 'ext4', 'set 2044 00000000'],
  ['ext4-block-size', 'ext4', 'set 1048 1e000000 sum ext4'],
  ['ext4-inode-size', 'ext4', 'set 1112 0100 sum ext4'],
  ['ext4-no-inodes', 'ext4', 'set 1064 00000000 sum ext4'],
  ['ext4-unknown-feature', 'ext4', 'set 1120 ffffffff sum ext4'],
  ['ext4-journal-elsewhere', 'ext4', 'set 1248 ffffff7f sum ext4'],
  ['ext4-groups-random', 'ext4', 'random 2048 2048 12'],
  ['ext4-all-but-super-random', 'ext4', 'random 4096 65536 13'],
  ['ext4-and-xfs', 'ext4', 'set 0 58465342'],
  ['ext4-and-swap', 'ext4', 'set 4086 53574150535041434532'],
  ['xfs-zero', 'xfs', 'zero 0 512'],
  ['xfs-random-but-magic', 'xfs', 'random 4 508 14 sum xfs'],
  ['xfs-block-size', 'xfs', 'set 4 00000000 sum xfs'],
  ['xfs-larger-than-volume', 'xfs', 'set 8 0000000010000000 sum xfs'],
  ['xfs-groups', 'xfs', 'set 88 7fffffff sum xfs'],
  ['xfs-log-elsewhere', 'xfs', 'set 48 00000000ffffff00 sum xfs'],
  ['xfs-headers-random', 'xfs', 'random 512 1536 15'],
  ['vfat-zero', 'vfat', 'zero 0 512'],
  ['vfat-sector-size', 'vfat', 'set 11 0000'],
  ['vfat-cluster-size', 'vfat', 'set 13 00'],
  ['vfat-larger-than-volume', 'vfat', 'set 19 0000 set 32 ffffff7f'],
  ['vfat-fats', 'vfat', 'set 16 00'],
  ['vfat-table-random', 'vfat', 'random 512 8192 16'],
  ['ntfs-cluster-size', 'ntfs', 'set 13 00'],
  ['ntfs-table-elsewhere', 'ntfs', 'set 48 ffffff7f00000000 set 56 ffffff7f00000000'],
  ['ntfs-larger-than-volume', 'ntfs', 'set 40 ffffffffffff0000'],
  ['ntfs-random', 'ntfs', 'random 512 65536 17'],
  ['btrfs-checksum', 'btrfs', 'set 65536 00000000'],
  ['btrfs-random-but-magic', 'btrfs', 'random 65680 3900 18 sum btrfs'],
  ['btrfs-chunks-random', 'btrfs', 'random 66347 200 19 sum btrfs'],
  ['btrfs-trees-random', 'btrfs', 'random 1048576 4194304 20'],
  ['truncated', 'ext4', 'zero 4194304 4194304 set 1028 00400000 sum ext4'],
];

/** Of partition tables alone. */
export const TABLES = [...MBR, ...GPT];
const IMAGES = [...TABLES, ...FILE_SYSTEMS];

/** Longer than this no hook may take over a volume of a few MiB. */
const HANGS_AFTER_S = 60;

/**
 * Volumes with damaged tables and superblocks, through the real `pre` and `post`: opened with what can be read and the
 * rest reported, or refused with the volume and the reason; never a hang, a bug, or anything left.
 */
export async function damaged(scale: Scale, say: (line: string) => void): Promise<readonly Row[]> {
  const images =
    scale === 'all' ? IMAGES : IMAGES.filter(([, , , lost], index) => lost !== undefined || index % 6 === 0);
  const half = Math.ceil(images.length / 2);
  const parts = scale === 'all' ? [images.slice(0, half), images.slice(half)] : [images];
  const results = await Promise.all(parts.map(tried));
  const failures = results.flatMap((one) => one.failures);
  failures.forEach(say);
  const opened = results.reduce((sum, one) => sum + one.opened, 0);
  say(`${images.length} damaged volumes, ${opened} opened, the others refused, ${failures.length} failures`);
  return [{ what: 'damaged partition tables and file systems', tried: images.length, failures }];
}

async function tried(
  images: readonly Image[],
): Promise<{ readonly failures: readonly string[]; readonly opened: number }> {
  const run = await scenario('test/matrix/damage.bash', {
    world: WORLD,
    timeoutMs: 60_000 + images.length * 20_000,
    values: {
      VOLUMES: [...new Set(images.map(([, volume]) => volume))],
      IMAGES: images.map(([name, volume, damage]) => `${name} ${volume} ${damage}`),
      LONGEST: HANGS_AFTER_S,
    },
  });
  const left = run.stdout + run.stderr;
  const whole = run.status === 0 && left === '' ? [] : [`the guest: ${run.status} ${left}`];
  const every = run.calls['every'];
  const lost =
    every?.status === 1 && every.stderr.includes('vg0/ext4') ? [] : [`every: ${every?.stdout}${every?.stderr}`];
  return {
    failures: [...whole, ...lost, ...images.flatMap((image) => problemOf(image, run))],
    opened: images.filter(([name]) => run.calls[name]?.status === 0).length,
  };
}

function problemOf([name, volume, , lost]: Image, run: LabRun): readonly string[] {
  const pre = run.calls[name];
  if (!pre) return [`${name}: was not tried`];
  const said = pre.stdout + pre.stderr;
  const post = run.calls[`${name}.post`];
  const problems: string[] = [];
  if (/a bug in/.test(said)) problems.push('a bug');
  if (pre.status === 0) {
    if (!/\n {2}ready /.test(said)) problems.push('not ready');
    if (lost !== undefined && !said.includes(`skipped   vg0/${volume}/${lost}: `))
      problems.push(`${lost} is lost without a word`);
    if (!post || ![0, 5].includes(post.status) || !/nothing is left/.test(post.stdout)) {
      problems.push(`post: ${post?.status} ${post?.stdout}${post?.stderr}`);
    }
  } else {
    if (pre.status !== 1) problems.push(`status ${pre.status}`);
    if (!new RegExp(String.raw`vg0/(?:hs\.\w+\.)?${volume}\b`).test(pre.stderr)) problems.push('names no volume');
    if (!/left +nothing of holdstill/.test(said)) problems.push('does not say that nothing is left');
  }
  return problems.map((problem) => `${name}: ${problem}: ${said}`);
}
