import { expect, test } from 'vitest';
import { missingFlags } from '../../src/mounts/flags.ts';
import { isOlder, mountVersion } from '../../src/system/tools/mount.ts';
import { parseMountinfo } from '../../src/system/kernel/mountinfo.ts';

test.each([
  ['2.34', '2.36.1', true],
  ['2.36', '2.36.1', true],
  ['2.36.1', '2.36.1', false],
  ['2.4', '2.36.1', true],
  ['2.100', '2.36.1', false],
  ['4.18.0-553.el8_10.x86_64', '5.10', true],
  ['5.9.16-gentoo', '5.10', true],
  ['5.10.0-28-amd64', '5.10', false],
  ['6.1.0', '5.10', false],
  ['', '5.10', true],
])('%s is older than %s: %s', (version, than, older) => {
  expect(isOlder(version, than)).toBe(older);
});

test.each([
  [
    'mount from util-linux 2.38.1 (libmount 2.38.1: selinux, smack, btrfs, verity, namespaces, assert, debug)\n',
    '2.38.1',
  ],
  ['mount from util-linux 2.34 (libmount 2.34.0: selinux, smack, btrfs, namespaces, debug)\n', '2.34'],
  ['mount from util-linux 2.23.2 (libmount 2.23.0: selinux, debug, assert)\n', '2.23.2'],
  ['mount: invalid option\n', undefined],
])('%s', (stdout, version) => {
  expect(mountVersion().parse({ status: 0, stdout, stderr: '' })).toBe(version);
});

test('only a flag that was asked for is missed, and one of the superblock alone does not count', () => {
  const [entry] = parseMountinfo('42 1 7:0 / /m rw,nosuid,nodev,relatime - ext4 /dev/loop0 ro,errors=remount-ro\n');
  if (!entry) throw new Error('not parsed');
  expect(missingFlags(['ro', 'nosuid', 'nodev', 'noexec', 'nosymfollow'], entry)).toEqual([
    'ro',
    'noexec',
    'nosymfollow',
  ]);
  expect(missingFlags(['nosuid', 'nodev', 'errors=remount-ro'], entry)).toEqual([]);
});
