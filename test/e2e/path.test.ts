import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('what a path stands on', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/path.bash', {
      world: 'vg vg0 260M',
      modules: ['loop', 'dm-snapshot', 'dm-crypt', 'fuse'],
      timeoutMs: 300_000,
    });
  }, 600_000);

  test('is what the kernel has mounted there, whatever it is called now and whatever lies below', () => {
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe('renamed\nouter\nluks\n');
    for (const task of ['renamed', 'covered', 'keyed']) {
      expect(run.call(task)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${task}-post`)).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run.call('find-renamed').stdout).toMatch(/^lvm +yes +on the logical volume vg0\/other,/m);
    expect(run.call('find-g').stdout).toMatch(/^lvm +yes +on the logical volume vg0\/outer,/m);
  });

  test('is the logical volume below LUKS, and is opened with keys', () => {
    expect(run.call('bare').status).toBe(1);
    expect(run.call('bare').stderr).toMatch(/vg0\/crypt: is encrypted \(LUKS\)/);
    expect(run.call('find-luks').stdout).toMatch(/on the LUKS device c1 on the logical volume vg0\/crypt.*keys/);
    expect(run.call('plan')).toMatchObject({ status: 0, stderr: '' });
  });

  test('is a part of a volume only: it is said what to write', () => {
    expect(run.call('part').status).toBe(1);
    expect(run.call('part').stderr).toMatch(
      /\/srv\/part is on partition 2 on the logical volume vg0\/disk; write lv: vg0\/disk and partitions: \[2\]/,
    );
    expect(run.call('image').status).toBe(1);
    expect(run.call('image').stderr).toMatch(
      /is on the loop device \/dev\/loop\d+ on the logical volume vg0\/loop; write lv: vg0\/loop/,
    );
    expect(run.call('find-part').stdout).toMatch(
      /^lvm +no +on partition 2 on the logical volume vg0\/disk.*partitions: \[2\]/m,
    );
    expect(run.call('find-far').stdout).toMatch(
      /^file +no +not an image file, but inside one: .*write file: \/far\.img/m,
    );
  });
});
