import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a file system as a running guest leaves it', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/running.bash', {
      world: `vg vg0 150M
  lv data 16M ext4 /srv/data
  lv dirty 16M raw
  lv tree 32M raw`,
    });
  }, 600_000);

  test('is read to the last file, and good', () => {
    expect(run.stdout).toBe('kept\ndirty\n@\n@home\n@/below\n15\n');
    for (const name of ['live', 'dirty', 'tree']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${name}-post`).stdout, `of ${name}`).toMatch(/verdict +good[^]*nothing is left/);
    }
  });

  test('of Windows is reported where it was in use', () => {
    expect(run.call('dirty').stdout).toMatch(/vg0\/dirty: ntfs was in use: /);
    for (const name of ['live', 'tree']) expect(run.call(name).stdout, `of ${name}`).not.toContain('in use');
  });
});
