import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('the verdict', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/verdict.bash', { world: WORLD, timeoutMs: 200_000 });
  });

  test('is good, with status 0, if all was well', () => {
    for (const name of ['good', 'thin-good']) {
      expect(run.call(name)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(name).stdout).toMatch(/verdict +good: 1 snapshot valid/);
    }
    expect(run.stdout).toBe('0\n');
  });

  test.each([
    [
      'overflow',
      1,
      /STATUS:ERROR \{THIS BACKUP MAY BE BAD: vg0\/data: snapshot overflowed \(8\.0 MiB were not enough\)/,
    ],
    ['gone', 5, /BAD: vg0\/data: its snapshot is gone/],
    ['unmounted', 5, /ERROR: THIS BACKUP MAY BE BAD: vg0\/data: its mount at \/mnt\/t went away/],
    ['remounted', 5, /BAD: vg0\/data: its mount at \/mnt\/t went away/],
    ['bind-gone', 5, /BAD: vg0\/data: its mount at \/run\/holdstill\/p went away/],
    ['thin-full', 5, /BAD: vg0\/thin1: thin pool vg0\/tp has a problem: .*\(data 100/],
  ] as const)('is bad after: %s; and all is removed', (name, status, reason) => {
    const call = run.call(name);
    expect(call.stdout + call.stderr).toMatch(reason);
    expect(call.stdout).toContain('nothing is left');
    expect(call.status).toBe(status);
  });
});

const WORLD = `vg vg0 600M
  lv data 48M ext4 /srv/data
  lv win 32M ntfs
  lv a 16M ext2
  lv b 16M ext2
  pool tp 40M
    lv thin1 64M ext2`;

describeLab('somebody else', () => {
  test('who reads the mount keeps it: he is named; when he is gone, recover ends it', async () => {
    const run = await scenario('test/e2e/verdict-busy.bash', { world: 'vg vg0 200M\n  lv data 48M ext4 /srv/data' });
    expect(run.stdout).toBe('');
    for (const name of ['busy-pre', 'busy-recover', 'busy-again']) {
      expect(run.call(name)).toMatchObject({ status: 4 });
      expect(run.call(name).stderr).toMatch(/in use by sleep \(\d+\)/);
    }
    const { status, stdout } = run.call('busy');
    expect(stdout).toMatch(/left +mount \/run\/holdstill\/t: in use by sleep \(\d+\) +\(umount \/run\/holdstill\/t\)/);
    expect(status).toBe(3);
    expect(run.call('free')).toMatchObject({ status: 0 });
  });
});

describeLab('hooks', () => {
  test('let go of what they inherit: a pipe ends with the hook, though ntfs-3g goes on', async () => {
    const run = await scenario('test/e2e/verdict-inherited.bash', { world: WORLD });
    expect(run.stdout).toBe('STATUS:OK\nSTATUS:OK\n');
  });
});
