import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const TOLD = /note +links in the mounts can lead outside of the mount: util-linux 2\.34 is too old for that/;

describeLab('older versions of util-linux (emulated)', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/old-systems.bash', {
      world:
        'vg vg0 300M\n  lv twin1 8M ext4\n  lv twin2 8M ext4\n  lv ext 16M ext4\n  lv xfs 32M xfs\n  lv win 16M ntfs\n  lv data 110M btrfs /srv/data\n  lv locked 16M raw',
      modules: ['loop', 'dm-snapshot', 'dm-crypt', 'fuse'],
      timeoutMs: 300_000,
    });
  }, 600_000);

  test('what is known of flags is set, and what is not is reported', () => {
    expect(
      run.stdout
        .replaceAll(/,relatime| +$/gm, '')
        .trim()
        .split('\n'),
    ).toEqual([
      '2.34 guest: ro,nosuid,nodev,noexec',
      '2.34 checked: ro,nosuid,nodev,noexec',
      '2.34 windows: ro,nosuid,nodev,noexec',
      '2.34 hostile: ro,nosuid,nodev,noexec',
      '2.34 host: ro,nosuid,nodev',
      '2.34 twins: ro,nosuid,nodev,noexec',
      '2.23.2 subvolume: ro,nosuid,nodev',
      '2.23.2 image: ro,nosuid,nodev,noexec',
      '2.23.2 locked: ro,nosuid,nodev,noexec',
    ]);
    for (const task of ['guest', 'checked', 'windows', 'hostile', 'twins']) {
      expect(run.call(`2.34-${task}`), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`2.34-${task}`).stdout, `of ${task}`).toMatch(TOLD);
      expect(run.call(`2.34-${task}-post`).stdout, `of ${task}`).toMatch(/verdict +good[^]*nothing is left/);
    }
    for (const task of ['guest', 'hostile']) {
      expect(run.call(`noted-${task}`), `of plan ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`noted-${task}`).stdout, `of plan ${task}`).toContain('links in the mounts can lead outside');
    }
    expect(run.call('2.34-host').stdout).not.toMatch(/links/);
    expect(run.call('2.23.2-subvolume')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('2.23.2-subvolume-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test.each([
    ['image', 'a cp without an option not to share blocks, a losetup that knows no sectors'],
    ['locked', 'a cryptsetup that knows its option by the old name only'],
  ])('%s: %s', (task) => {
    expect(run.call(`2.23.2-${task}`)).toMatchObject({ status: 0, stderr: '' });
    expect(run.call(`2.23.2-${task}-post`).stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test('a mount that has not the flags that it was to have is none', () => {
    expect(run.call('lost-hostile').status).toBe(1);
    expect(run.call('lost-hostile').stderr).toMatch(
      /vg0\/ext: ext4 was mounted at \/run\/holdstill\/\w+ without noexec/,
    );
    expect(run.call('lost-twins').stderr).toMatch(
      /vg0\/twin1: ext4 was mounted at \/run\/holdstill\/twins\/twin1 without noexec/,
    );
  });

  test('plan fails where an opening would for want of a program, and says which', () => {
    for (const task of ['checked', 'windows', 'hostile', 'image']) {
      expect(run.call(`plan-${task}`).status, `of ${task}`).toBe(0);
    }
    for (const [tool, text] of [
      ['mount.ntfs-3g', /vg0\/win: ntfs can't be mounted: it needs mount\.ntfs-3g \(type: apt-get install ntfs-3g\)/],
      ['xfs_repair', /vg0\/xfs: its check needs xfs_repair \(type: apt-get install xfsprogs\)/],
      ['fuse2fs', /vg0\/ext: ext4 can't be mounted: it needs fuse2fs \(type: apt-get install fuse2fs\)/],
      ['losetup', /needs? losetup \(type: apt-get install mount\)/],
    ] as const) {
      const { status, stdout, stderr } = run.call(`plan-${tool}`);
      expect(status, `of plan without ${tool}`).toBe(1);
      expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toMatch(text);
    }
    expect(run.call('pre-mount.ntfs-3g').status).toBe(1);
    expect(run.call('pre-mount.ntfs-3g').stderr).toContain('it needs mount.ntfs-3g (type: apt-get install ntfs-3g)');
  });
});
