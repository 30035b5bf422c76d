import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('an LVM that others hold up, and a disk that fails below a snapshot', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/held.bash', {
      world: `vg vg0 40M\n  lv data 16M ext4 /srv/data`,
      timeoutMs: 200_000,
    });
  }, 600_000);

  test('who holds its lock is named, also where whoever took it is gone', () => {
    expect(run.call('locked').status).toBe(1);
    expect(run.call('locked').stderr).toMatch(
      /lvm lvs waited .* for the lock \/run\/lock\/lvm\/V_vg0, held by sleep \(\d+\); try again/,
    );
  });

  test('a look that had to wait for it does not prove bad data', () => {
    expect(run.call('pre')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('post')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test('a snapshot with room for all that a disk lost was not full', () => {
    expect(run.call('full')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('lost').status).toBe(5);
    expect(run.call('lost').stdout).toMatch(/BAD: vg1\/origin: snapshot lost \(.*\) by an error of the disk/);
    expect(run.call('lost').stdout).not.toMatch(/overflowed|larger/);
    expect(run.stdout).toBe('');
  });
});
