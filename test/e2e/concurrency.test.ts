import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';
import { together } from '../matrix/together.ts';

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describeLab('many tasks on one VG', () => {
  test('are opened all at once, and closed all at once', async () => {
    const rows = await together('sample', () => undefined);
    expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
    expect(rows.map(({ tried }) => tried)).toEqual([12]);
  });
});

describeLab('hooks at the same time', () => {
  test('of one task work one after the other, whatever calls them', async () => {
    const run = await scenario('test/e2e/concurrency-one-task.bash', {
      world: 'vg vg0 200M\n  lv data 16M mbr\n    p1 8M ext2',
      timeoutMs: 200_000,
    });
    expect(run.stdout).toBe(`t  held\n1\nt  held\n1\n${'ERROR: stopped by SIGTERM\n'.repeat(3)}`);
    const openings = [run.call('first'), run.call('second')];
    expect(openings.map(({ status }) => status)).toEqual([0, 0]);
    expect(openings.filter(({ stdout }) => stdout.includes('already open: back up'))).toHaveLength(1);
    expect([run.call('pre1').status, run.call('pre2').status]).toEqual([0, 0]);
    const ends = ['end1', 'end2'].map(
      (name) => `${run.call(name).status} ${run.call(name).stdout.includes('not open')}`,
    );
    expect(ends.toSorted()).toEqual(['0 false', '0 true']);
    // Of two jobs without ids nobody knows whose snapshot was cleared: see taken.test.ts.
    expect(['post1', 'post2'].map((name) => run.call(name).status)).toEqual([5, 5]);
    expect(run.call('boot')).toMatchObject({ status: 0, stdout: '', stderr: '' });
    for (const name of ['recover', 'named']) {
      expect(run.call(name).status).toBe(4);
      expect(run.call(name).stderr).toContain('another hook works on task t');
    }
    for (const name of ['cancelled', 'early']) {
      expect(run.call(name).status).toBe(0);
      expect(run.call(name).stdout).toMatch(/verdict +good[^]*nothing is left/);
    }
    for (const n of [4, 7, 9]) {
      expect(run.call(`stopped${n}`)).toMatchObject({ status: 0 });
      expect(run.call(`stopped${n}`).stdout).toContain('not open');
    }
  });

  test('wait with a mount until a snapshot that somebody has suspended goes on', async () => {
    const run = await scenario('test/e2e/concurrency-suspended.bash', {
      world: 'vg vg0 200M\n  lv data 16M ext4\n  lv other 16M ext2',
      timeoutMs: 200_000,
    });
    expect(run.stdout).toBe('');
    for (const name of ['one', 'two']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${name}-post`).stdout).toMatch(/verdict +good[^]*nothing is left/);
    }
  });

  test('for whom the room does not suffice: some get it and end well, the others say so and leave nothing', async () => {
    const run = await scenario('test/e2e/concurrency-room.bash', {
      world: 'vg vg0 96M\n  lv data 16M ext2\n  lv other 16M ext2',
      timeoutMs: 200_000,
    });
    const pres = numbers(9).map((n) => run.call(`pre${n}`));
    const snapshots = pres
      .map(({ status }, n) => (status === 0 ? (n === 8 ? 2 : 1) : 0))
      .reduce<number>((a, b) => a + b, 0);
    expect(run.stdout).toBe(`${snapshots}\n`);
    // 96 MiB less 32 for the origins and a bit for LVM itself hold three or four of 16 MiB (and a little each).
    expect(snapshots).toBeGreaterThan(1);
    expect(snapshots).toBeLessThan(5);
    for (const { status, stdout, stderr } of pres.filter((one) => one.status !== 0)) {
      expect(status).toBe(1);
      expect(stdout).toMatch(/left +nothing of holdstill/);
      expect(stderr).toMatch(
        /vg0: (the snapshot needs|2 snapshots need) \d+\.\d MiB, but \d+(\.\d MiB| bytes| B) are free/,
      );
    }
    for (const n of numbers(9)) {
      const { status, stdout } = run.call(`post${n}`);
      expect(status).toBe(0);
      expect(stdout).toMatch(pres[n]?.status === 0 ? /verdict +good/ : /not open/);
    }
  });
});
