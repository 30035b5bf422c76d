import { expect, test } from 'vitest';
import { mountsBelow } from '../../src/system/kernel/below.ts';
import { parseMountinfo } from '../../src/system/kernel/mountinfo.ts';

/** A host with a volume at /srv/data, and what is mounted below it: lines as proc(5) has them. */
const mounts = parseMountinfo(`
22 1 252:0 / / rw - ext4 /dev/mapper/vg0-root rw
23 22 0:5 / /proc rw - proc proc rw
24 23 0:6 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw,fd=29,pgrp=1,timeout=0,minproto=5,maxproto=5,direct
30 22 252:1 / /srv/data rw - ext4 /dev/mapper/vg0-data rw
31 30 252:2 / /srv/data/db rw - xfs /dev/mapper/vg0-db rw
32 30 0:40 / /srv/data/tmp rw - tmpfs tmpfs rw
33 30 252:1 /app/www /srv/data/html rw - ext4 /dev/mapper/vg0-data rw
34 30 252:1 /other /srv/data/app/other rw - ext4 /dev/mapper/vg0-data rw
35 30 0:41 / /srv/data/net rw - nfs4 server:/export rw
36 30 0:42 / /srv/data/auto rw - autofs systemd-1 rw,fd=30,direct
37 36 252:3 / /srv/data/auto rw - ext4 /dev/mapper/vg0-auto rw
38 30 0:43 / /srv/data/demand rw - autofs systemd-1 rw,fd=31,timeout=0,direct
39 30 0:44 / /srv/data/homes rw - autofs /etc/auto.homes rw,fd=32,indirect
40 30 7:1 / /srv/data/app/tool ro - squashfs /dev/loop1 ro
41 30 252:9 / /srv/data/saved ro - ext4 /dev/mapper/vg0-hs.7f3a11c2.db ro
42 30 252:4 / /srv/data/hidden rw - ext4 /dev/mapper/vg0-hidden rw
43 42 0:45 / /srv/data/hidden rw - tmpfs tmpfs rw
44 30 252:5 / /srv/data/a/b rw - ext4 /dev/mapper/vg0-b rw
45 30 252:6 / /srv/data/a rw - ext4 /dev/mapper/vg0-a rw
46 30 0:46 / /srv/data/vault rw - fuse /dev/mapper/vg0-hs.7f3a11c2.db rw
`);

const below = (real: string, id: number, within: string): readonly string[] => {
  const mount = mounts.find((one) => one.id === id);
  if (!mount) throw new Error('no such mount');
  return mountsBelow({ real, mount, within }, mounts).map(
    ({ label, reason, harmless }) => `${harmless ? 'harmless' : 'lost'} ${label} ${reason}`,
  );
};

const OTHER = (source: string): string => `is a file system of its own (${source}), not in this snapshot`;

test('of what is mounted below a path, all that holds data and is not in the snapshot is lost', () => {
  expect(below('/srv/data', 30, '')).toEqual([
    `lost /srv/data/db ${OTHER('/dev/mapper/vg0-db')}`,
    'harmless /srv/data/html shows /app/www of the same file system, which lies below the path itself',
    'harmless /srv/data/app/other shows /other of the same file system, which lies below the path itself',
    `lost /srv/data/net ${OTHER('server:/export')}`,
    `lost /srv/data/auto ${OTHER('/dev/mapper/vg0-auto')}`,
    'lost /srv/data/demand is mounted when somebody goes there (autofs), and is not in this snapshot',
    'harmless /srv/data/app/tool is an image that nobody can write to (squashfs)',
    // Neither what a later mount covers, at its place or above it; nor our own mounts, nor what an indirect map may show.
    `lost /srv/data/a ${OTHER('/dev/mapper/vg0-a')}`,
  ]);
});

test('a bind mount of the same file system is lost where its directory is not below the path', () => {
  expect(below('/srv/data/app', 30, 'app')).toEqual([
    'lost /srv/data/app/other shows /other of the same file system, which does not lie below the path',
    'harmless /srv/data/app/tool is an image that nobody can write to (squashfs)',
  ]);
});

test('below the root nothing of the kernel is listed', () => {
  expect(below('/', 22, '').filter((line) => line.includes('/proc'))).toEqual([]);
  expect(below('/', 22, '')[0]).toBe(`lost /srv/data ${OTHER('/dev/mapper/vg0-data')}`);
});

test('nothing is listed for a path that nothing is mounted below', () => {
  expect(below('/srv/data/db', 31, '')).toEqual([]);
});
