import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';

const timeoutMs = 240_000;

describeLab('holdstill run', () => {
  test('gives back the status of the command, and always closes the task', async () => {
    const run = await scenario('test/e2e/run.bash', { world: 'vg vg0 300M\n  lv data 100M ext4 /srv/data', timeoutMs });
    expect(run.call('saved').status).toBe(0);
    expect(run.call('saved').stderr).toMatch(/^ {2}verdict +good/m);
    expect(run.call('tree')).toMatchObject({ status: 0 });
    const statuses = ['three', 'killed', 'none', 'both', 'full', 'full3'].map((name) => run.call(name).status);
    expect(statuses).toEqual([3, 137, 127, 0, 5, 3]);
    expect(run.call('none').stderr).toContain('/no/such/command');
    expect(run.call('both').stdout).toBe('[a  b] [$HOME /run/holdstill/data/x] [/run/holdstill/data]\n');
    expect(run.call('both').stderr).toMatch(/ready[^]*\nsaid\n[^]*verdict/);
    for (const name of ['full', 'full3']) expect(run.call(name).stderr).toContain('THIS BACKUP MAY BE BAD');
    expect(run.call('unknown')).toMatchObject({ status: 2, stdout: '' });
    expect(run.call('unknown').stderr).toContain('other');
    expect(run.call('bare').status).toBe(2);
    expect(run.stdout).toBe('');
    for (const name of ['after-saved', 'after-all', 'after']) expect(run.files(name)).toBe(run.files('before'));
  });

  test('passes signals on to the command, and closes the task when it has ended', async () => {
    const run = await scenario('test/e2e/run-signals.bash', {
      world: 'vg vg0 300M\n  lv data 64M ext4 /srv/data',
      timeoutMs,
    });
    const names = ['term', 'hup', 'asked', 'int', 'group'];
    expect(names.map((name) => run.call(name).status)).toEqual([143, 129, 9, 6, 130]);
    for (const name of names) {
      expect(run.call(name).stderr).toMatch(/^ {2}verdict +good/m);
      expect(run.files(`after-${name}`)).toBe(run.files('before'));
    }
  });
});

describeLab('a task', () => {
  test('takes thin volumes, and thin and thick ones together', async () => {
    const run = await scenario('test/e2e/run-thin.bash', {
      world: `vg vg0 900M
          lv a 64M ext4 writer
          lv b 64M xfs writer
          pool tp 300M
            lv c 64M ext4 writer
            lv d 64M xfs writer`,
      timeoutMs,
    });
    expect(run.call('pre').stdout).toContain('thin, in pool vg0/tp');
    for (const name of ['pre', 'post', 'both-pre', 'both-post']) expect(run.call(name).status).toBe(0);
    const whole = (name: string) => `static tree of ${name} is whole`;
    expect(run.stdout).toBe([whole('c'), 'files, all whole', 'active', ...'abcd'.split('').map(whole), ''].join('\n'));
    for (const name of ['post', 'both-post']) expect(run.call(name).stdout).toMatch(/^ {2}verdict +good/m);
    expect(run.files('after-thin')).toBe(run.files('before'));
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('may have volumes with hyphens, dots and the longest names that LVM can take a snapshot of', async () => {
    // Device-mapper allows 127 bytes for VG-LV-real, with every hyphen of the names doubled.
    const longVg = `v${'g'.repeat(61)}`;
    const longLv = `l${'v'.repeat(58)}`;
    const hyphens = '-x'.repeat(19);
    const names = [
      ['a-b.c', 'd--e.f-g'],
      [longVg, longLv],
      ['short', `h${hyphens}`],
    ] as const;
    const run = await scenario('test/e2e/run-names.bash', {
      values: { VGS: [...names.map(([vg]) => vg), longVg], LVS: [...names.map(([, lv]) => lv), `${longLv}x`] },
      world: names.map(([vg, lv]) => `vg ${vg} 100M\n  lv ${lv} 32M ext4`).join('\n'),
      timeoutMs,
    });
    expect(run.stdout).toBe(names.map(([, lv]) => `static tree of ${lv} is whole\n`).join(''));
    names.forEach((_, index) => {
      expect(run.call(`post${index}`)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^ {2}verdict +good/m) as string,
      });
      expect(run.files(`after${index}`)).toBe(run.files('before'));
    });
    expect(run.call('too-long')).toMatchObject({ status: 1, stderr: expect.stringContaining('too long') as string });
    expect(run.files('after-long')).toBe(run.files('before-long'));
  });

  test('may be a path: the mount shows that directory and nothing else', async () => {
    const run = await scenario('test/e2e/run-path.bash', {
      world: 'vg vg0 300M\n  lv data 64M xfs /srv/data',
      timeoutMs,
    });
    expect(run.call('whole').stdout).toBe('hello.txt\nsub dir\n');
    expect(run.call('part').stdout).toMatch(/^file\ninside\ntouch: .*Read-only file system\n\/mnt\n$/);
    expect(run.call('linked').stdout).toBe('inside\n');
    for (const name of ['whole', 'part', 'linked']) expect(run.call(name).status).toBe(0);
    expect(run.call('deep')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('no such file or directory') as string,
    });
    expect(run.call('elsewhere').stderr).toContain('not on a logical volume');
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('may hold xfs that is mounted here, vfat, ntfs and btrfs, but no btrfs that is mounted here', async () => {
    const run = await scenario('test/e2e/run-types.bash', {
      world: `vg vg0 1500M
          lv x 64M xfs /srv/x
          lv v 20M vfat
          lv n 20M ntfs
          lv b 64M btrfs
          lv m 64M btrfs /srv/m`,
      timeoutMs,
    });
    const lvs = ['x', 'v', 'n', 'b'];
    expect(run.stdout).toBe(
      lvs.map((lv) => `static tree of ${lv} is whole\n/run/holdstill/${lv}/Grüße ☃.txt\n`).join(''),
    );
    for (const phase of ['pre', 'again', 'post']) {
      expect(lvs.map((lv) => run.call(`${phase}-${lv}`).status)).toEqual([0, 0, 0, 0]);
    }
    for (const lv of lvs) expect(run.call(`post-${lv}`).stdout).toMatch(/^ {2}verdict +good/m);
    expect(run.call('pre-m').status).toBe(1);
    expect(run.call('pre-m').stderr).toContain('a btrfs with the same id is mounted on this host');
    expect(run.files('after')).toBe(run.files('before'));
    expect(run.files('after-m')).toBe(run.files('before'));
  });
});
