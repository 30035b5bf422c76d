import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('the trust in file systems', () => {
  test('of guests lets no link be followed, of the host does; hostile ones are read outside the kernel, with their journal', async () => {
    const run = await scenario('test/e2e/trust-links.bash', {
      world: 'vg vg0 200M\n  lv data 32M ext4 /srv/data\n  lv win 16M ntfs\n  lv card 16M exfat\n  lv xfs 32M xfs',
      modules: ['loop', 'dm-snapshot', 'fuse'],
    });
    expect(run.stdout.replaceAll(/ +/g, ' ').split('\n')).toEqual([
      'ext4 ro,nosuid,nodev,noexec,relatime,nosymfollow',
      'guest: the link leads nowhere, in the journal',
      'ext4 ro,nosuid,nodev,relatime',
      'host: the link leads on, in the journal',
      'ext4 ro,nosuid,nodev,relatime',
      'path: the link leads on, in the journal',
      'fuse.ext4 ro,nosuid,nodev,noexec,relatime,nosymfollow',
      'hostile: the link leads nowhere, in the journal',
      'fuseblk ro,nosuid,nodev,noexec,relatime,nosymfollow',
      'windows: the link leads nowhere, ',
      'fuseblk ro,nosuid,nodev,noexec,relatime,nosymfollow',
      'card: the link leads nowhere, ',
      '',
    ]);
    for (const task of ['guest', 'host', 'path', 'hostile', 'windows', 'card']) {
      expect(run.call(task), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${task}-post`).stdout, `of ${task}`).toMatch(/verdict +good/);
    }
    expect(run.call('kernel').status).toBe(1);
    expect(run.call('kernel').stderr).toMatch(/is xfs, which only the kernel can read.*trust: guest/);
  });
});

describeLab('an error in a file system that wants its host to stop', () => {
  test('is an error of whoever reads it, and no more', async () => {
    const run = await scenario('test/e2e/trust-errors.bash', {
      world: 'vg vg0 64M\n  lv guest 8M ext4\n  lv host 8M ext2',
    });
    expect(run.stdout).toBe('whole\nwhole\n');
    for (const task of ['guest', 'host']) expect(run.call(task)).toMatchObject({ status: 0, stderr: '' });
  });
});

describeLab('a check before mounting', () => {
  test('fails the job for what is damaged, reports what was repaired, and says nothing of what is well', async () => {
    const run = await scenario('test/e2e/trust-check.bash', {
      world: `vg vg0 300M
  lv well1 16M ext4
  lv well2 32M xfs
  lv well3 16M ntfs
  lv well4 32M btrfs
  lv live 16M ext4 /srv/live
  lv mended 16M ext4
  lv damaged 16M ext4
  lv xfs 32M xfs
  lv fat 16M vfat`,
      modules: ['loop', 'dm-snapshot', 'fuse'],
    });
    expect(run.stdout).toBe('');
    for (const task of ['well', 'live']) {
      expect(run.call(task), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(task).stdout, `of ${task}`).not.toMatch(/the check|its check/);
    }
    for (const [task, type] of [
      ['mended', 'ext4'],
      ['fat', 'vfat'],
    ]) {
      expect(run.call(task ?? ''), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(task ?? '').stdout, `of ${task}`).toContain(`the check repaired ${type} in the snapshot`);
    }
    expect(run.call('damaged').status).toBe(1);
    expect(run.call('damaged').stderr).toContain('vg0/damaged: its check found errors; check the disk itself');
    expect(run.call('damaged').stdout).toMatch(/UNEXPECTED INCONSISTENCY/);
    expect(run.call('xfs').status).toBe(1);
    expect(run.call('xfs').stderr).toMatch(/vg0\/xfs: (its check found errors|it can't be mounted)/);
  });
});
