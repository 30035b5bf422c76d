import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';
import { power } from '../matrix/power.ts';
import { writes } from '../matrix/writes.ts';

describeLab('a power cut', () => {
  test('while a task is opened, open or closed: after the start all is as it was and nothing saved is lost', async () => {
    const rows = await power('sample', (line) => process.stderr.write(`${line}\n`));
    expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
    const tried = rows.map((row) => row.tried);
    expect(tried.reduce((sum, one) => sum + one, 0)).toBe(12);
    expect(Math.min(...tried)).toBeGreaterThan(0);
  }, 900_000);

  test('after a write with which LVM or a thin pool commits a change: as well, and the pool takes the next change', async () => {
    const rows = await writes('sample', (line) => process.stderr.write(`${line}\n`));
    expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
    for (const what of [/thick: pre$/u, /thick: post$/u, /thin: pre$/u, /thin: post$/u]) {
      expect(rows.find((row) => what.test(row.what))?.tried ?? 0).toBeGreaterThan(0);
    }
  }, 900_000);

  test("somebody else's thin device that LVM does not know of: pre fails with what makes it go", async () => {
    const run = await scenario('test/e2e/power-foreign.bash', {
      world: 'vg vg0 100M\n  pool tp 60M\n    lv vm-a 16M ext4',
    });
    expect(run.call('pre').status).toBe(1);
    expect(run.call('pre').stderr).toContain(
      "then, if no LV of this pool has thin_id 2 (lvs -a -o lv_name,pool_lv,thin_id vg0): dmsetup message vg0-tp-tpool 0 'delete 2'",
    );
    expect(run.stdout).toBe('tp\nvm-a\n');
    expect([run.call('again').status, run.call('post').status]).toEqual([0, 0]);
  });

  test('our thin snapshot that somebody renamed or took a thick one of stays after a start, and so does what is in it', async () => {
    const run = await scenario('test/e2e/power-renamed.bash', {
      world: 'vg vg0 100M\n  pool tp 60M\n    lv vm-a 16M ext4',
    });
    expect(run.call('post').stdout).toMatch(/left .*somebody took a snapshot of it: vg0\/mine/);
    expect(run.call('renamed').stdout).toMatch(/left .*somebody renamed it/);
    expect(run.stdout.match(/hello.txt/gu)).toHaveLength(2);
    expect(run.call('again').stdout).toContain('nothing is left');
  });
});
