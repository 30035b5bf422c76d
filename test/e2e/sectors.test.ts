import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

describeLab('a volume on a disk with sectors of 4096 bytes', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/sectors.bash', { world: 'vg vg0 20M\n  lv other 8M ext2' });
  }, 600_000);

  test('is read whatever its guest counts in: tables, logical volumes and file systems', () => {
    const places = ['gpt/p1', 'gpt/p2/gv/root', 'mbr/p1', 'mbr/p5', 'whole', 'own', 'alike/p1'];
    expect(run.stdout).toBe(`4096\n512\n${places.map((place) => `this is ${place}\n`).join('')}`);
  });

  test.each(['gpt', 'mbr', 'whole', 'own', 'alike'])('%s: is opened and closed without a word of trouble', (task) => {
    expect(run.call(task)).toMatchObject({ status: 0, stderr: '' });
    expect(run.call(`${task}-post`).stdout).toMatch(/verdict +good[^]*nothing is left/);
  });
});
