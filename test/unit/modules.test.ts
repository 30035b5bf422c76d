import os from 'node:os';
import { expect, test } from 'vitest';
import { hasModule, isListed, knowsFileSystem } from '../../src/system/kernel/modules.ts';

/** Lines of modules.dep and modules.builtin, with the three endings that distributions give their files. */
const LIST = `kernel/drivers/md/dm-snapshot.ko: kernel/drivers/md/dm-bufio.ko kernel/drivers/md/dm-mod.ko
kernel/drivers/md/dm-thin-pool.ko.xz: kernel/drivers/md/dm-bio-prison.ko.xz
/lib/modules/3.10.0/extra/old_style.ko: /lib/modules/3.10.0/kernel/fs/fuse/fuse.ko
kernel/fs/xfs/xfs.ko.zst:
kernel/fs/ext4/ext4.ko
`;

test.each([
  ['dm_snapshot', true],
  ['dm_thin_pool', true],
  ['old_style', true],
  ['xfs', true],
  ['ext4', true],
  // One that only others ask for.
  ['dm_mod', false],
  ['fuse', false],
  ['dm_snap', false],
  ['snapshot', false],
])('%s: %s', (name, listed) => {
  expect(isListed(name, LIST)).toBe(listed);
});

test('of a kernel whose modules nobody lists it is not known', () => {
  const actual = os.release;
  os.release = () => 'no such kernel';
  try {
    expect(hasModule('no_such_module')).toBeUndefined();
  } finally {
    os.release = actual;
  }
});

test('what the kernel has is had, and a part of a name is none', () => {
  expect(knowsFileSystem('tmpfs')).toBe(true);
  expect(knowsFileSystem('tmp')).toBe(false);
  expect(knowsFileSystem('nodev')).toBe(false);
});
