import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('snapshots of subvolumes', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/subvolumes.bash', {
      world: 'vg vg0 200M\n  lv cow 130M btrfs /srv/cow',
      timeoutMs: 300_000,
    });
  }, 600_000);

  test('are seen by nobody but root, and hold what the subvolume held', () => {
    expect(
      run.stdout
        .replaceAll(/\.hs\.[0-9a-f]{8}/g, '.hs.RUN')
        .trim()
        .split('\n'),
    ).toEqual([
      'docs',
      'name',
      'secret',
      '700 0',
      'secret',
      'this is archive',
      '/srv/cow/.hs.RUN/0.archive',
      'this is archive',
      'this is own',
      'this is bob',
      '0',
    ]);
  });

  test('of a read-only one lie in another one of its file system', () => {
    for (const name of ['own', 'again', 'archive', 'alone', 'locked']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${name}-post`), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run.call('alone-only').stderr).toMatch(
      /the subvolume \/srv\/alone is read-only, .*mount -o subvolid=5 \/dev\/.*cow DIRECTORY/,
    );
    expect(run.call('locked-only').stderr).toMatch(/\/srv\/locked is mounted read-only, /);
  });

  test('are not taken where somebody put a directory of his own, and are reported where he moved ours', () => {
    expect(run.call('swapped')).toMatchObject({ status: 3 });
    expect(run.call('swapped').stderr).toMatch(
      /somebody replaced .*directory .* \(it is not the directory that was made\)/,
    );
    // What was read is good, whatever its place is called now.
    expect(run.call('moved').stdout).toMatch(/verdict +good/);
    expect(run.call('moved').stdout).toMatch(
      /left +snapshot .*: somebody renamed it: seen from \/srv\/cow\/own it is kept\/0\.own/,
    );
    expect(run.call('moved').stdout).toMatch(/left +directory .*\.hs\.\w+: still needed by snapshot/);
    expect(run.call('full').stdout).toMatch(/left +directory .*\.hs\.\w+: it is not empty/);
    for (const name of ['swapped-again', 'moved-back', 'full-again']) {
      expect(run.call(name).stdout, `of ${name}`).toContain('nothing is left');
    }
  });

  test('are removed after a crash, when their file system is back, and as version 0.1.0 noted them', () => {
    for (const name of ['killed', 'unnoted', 'back', 'old']) {
      expect(run.call(name).stdout, `of ${name}`).toContain('nothing is left');
    }
    expect(run.call('away').stdout).toMatch(
      /left +snapshot .*: subvolume \/srv\/cow\/own is not there: is it mounted\?/,
    );
  });

  test('are deleted by their paths where btrfs-progs can do no more', () => {
    expect(run.call('old-plan').stdout).toContain('btrfs-progs before 5.6');
    for (const name of ['old-tools', 'old-tools-post']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run.call('old-moved').stdout).toMatch(
      /left +snapshot .*: something of this name is there, but not the snapshot/,
    );
    expect(run.call('old-back').stdout).toContain('nothing is left');
  });

  test('are reported where no journal lists them', () => {
    expect(run.call('stray').stdout).toMatch(
      /^snapshot bob\/\.hs\.0badcafe\/0\.bob in the btrfs at .*: btrfs subvolume delete --subvolid \d+ .* && rmdir \/srv\/cow\/bob\/\.hs\.0badcafe$/m,
    );
  });
});
