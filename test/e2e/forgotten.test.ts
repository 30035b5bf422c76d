import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a snapshot that a start finds', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/forgotten-start.bash', {
      world: 'vg vg0 500M\n  pool tp 64M\n    lv thin1 32M ext4',
      modules: ['loop', 'dm-snapshot', 'dm-thin-pool'],
    });
  }, 600_000);

  test('is not active where it is thin, so nothing can take it for its origin, and goes as any other', () => {
    expect(run.stdout).toBe('active .\n');
    expect(run.call('thin-status').stdout).toMatch(
      /^thin {2}rebooted .*\n.*\n.*has not been active since the machine started/,
    );
    expect(run.call('thin')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('thin').stdout).toMatch(/restarted while it was open\n.*nothing is left\n$/);
  });

  test('is merged by somebody though it is not active: that is reported until it is done', () => {
    expect(run.call('merging').status).toBe(5);
    expect(run.call('merging').stdout).toMatch(/left .*somebody merges a snapshot, perhaps this one, into vg0\/thin1/);
    expect(run.call('merged').stdout).toContain('nothing is left');
  });
});

const world = 'vg vg0 200M\n  lv data 32M ext4';

describeLab('a snapshot that somebody works on', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/forgotten-work.bash', { world, timeoutMs: 280_000 });
  }, 600_000);

  test('is his: never removed unasked, by none of our commands, whether he is still at it or was seen before', () => {
    const his =
      /left +snapshot vg0\/hs\.\w+\.data: somebody mounted it writable at \/srv\/data, perhaps instead of vg0\/data, and may have worked on it +\(copy what you need of it, then: holdstill recover t --discard\)/;
    for (const [name, status] of [
      ['t-post', 5],
      ['t-boot', 3],
      ['t-pre', 3],
    ] as const) {
      expect(run.call(name).stdout, `of ${name}`).toMatch(his);
      expect(run.call(name).status, `of ${name}`).toBe(status);
    }
    // the one line that a product shows says it, too
    expect(run.call('t-post').stderr).toContain('then: holdstill recover t --discard');
    expect(run.call('t-busy')).toMatchObject({ status: 4 });
    expect(run.call('t-busy').stderr).toContain('in use by a mount at /srv/data');
    for (const name of ['t-status', 't-post', 't-boot', 't-pre']) {
      expect(run.call(name).stdout + run.call(name).stderr, `of ${name}`).toContain(
        'somebody mounted it writable at /srv/data',
      );
      expect(run.call(name).stdout + run.call(name).stderr, `of ${name}`).not.toContain('lvremove');
    }
    expect(run.call('t-discard')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('t-discard').stdout).toContain('nothing is left');
  });

  test('is his though nobody saw him; of who only looks nothing is kept', () => {
    expect(run.stdout).toBe('');
    expect(run.call('unseen').status).toBe(3);
    expect(run.call('unseen').stdout).toMatch(
      /left +snapshot .*: somebody wrote to it \(\d+\.\d KiB\), and may have worked on it/,
    );
    expect(run.call('read')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('read').stdout).toContain('nothing is left');
  });
});

describeLab('a snapshot in another storage that somebody works on', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/forgotten-storages.bash', {
      world: 'vg vg0 640M\n  lv disk 48M mbr\n    p1 32M ext4\n  lv x 320M xfs\n  lv cow 120M btrfs /srv/cow',
      timeoutMs: 280_000,
    });
  }, 600_000);

  test.each([
    ['disk', /snapshot vg0\/hs\.\w+\.disk: somebody opened it for writing: .*bash \(\d+\)/],
    ['image', /snapshot \/srv\/cow\/\.hs\.\w+\.0\.a\.img: somebody mounted it writable at \/mnt, perhaps instead of/],
    ['sub', /snapshot \/srv\/cow\/sub\/\.hs\.\w+\/\S+: somebody made it writable/],
  ])('is his, and the data are bad: %s', (name, claim) => {
    expect(run.call(name).stdout).toMatch(claim);
    expect(run.call(name).stdout).toMatch(/BAD: .*: its snapshot may have been changed: somebody/);
    expect(run.call(name).status).toBe(5);
    expect(run.call(`${name}-gone`).stdout).toMatch(claim);
    expect(run.call(`${name}-gone`).status).toBe(3);
    expect(run.stdout).toBe('work of a day\n');
  });

  test('is only in use by who has it open and writes nothing', () => {
    expect(run.call('x').stdout).toMatch(/left +snapshot vg0\/hs\.\w+\.x: in use by .*bash/);
    expect(run.call('x-gone').stdout).toContain('nothing is left');
  });

  test('is not to be removed by hand while somebody uses it, though no journal lists it', () => {
    expect(run.call('stray').stdout).toMatch(
      /no journal lists it; it is in use by .*bash \(\d+\).*: find out who owns it/,
    );
  });
});
