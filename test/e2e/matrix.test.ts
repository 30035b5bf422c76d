import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { scenario } from '../lab/scenario.ts';
import { crash } from '../matrix/crash.ts';
import { faults } from '../matrix/faults.ts';
import type { Row } from '../matrix/row.ts';

const say = (): void => undefined;

function failuresOf(rows: readonly Row[]): readonly string[] {
  return rows.flatMap(({ failures }) => failures);
}

function tried(rows: readonly Row[], what: RegExp): number {
  return rows.reduce((sum, row) => sum + (what.test(row.what) ? row.tried : 0), 0);
}

/* What `npm run matrix` does in full is done in part by each run of the tests. */
describeLab('a sample of the matrix', () => {
  test('a hook that is killed at any moment: post, recover and the next pre bring back the machine and the verdict', async () => {
    const rows = await crash('sample', say);
    expect(failuresOf(rows)).toEqual([]);
    expect(tried(rows, /pre$/)).toBeGreaterThan(20);
    expect(tried(rows, /post$/)).toBeGreaterThan(15);
    expect([tried(rows, /thick/), tried(rows, /thin/)].every((count) => count > 18)).toBe(true);
  }, 900_000);

  test('a command or the disk of the journal that fails: an answer, a right verdict, nothing forgotten', async () => {
    const rows = await faults('sample', say);
    expect(failuresOf(rows)).toEqual([]);
    expect(tried(rows, /pre$/)).toBeGreaterThan(10);
    expect(tried(rows, /post$/)).toBeGreaterThan(5);
  }, 900_000);
});

describeLab('a hook that was killed', () => {
  test('is shown by status: as opening, held or closing', async () => {
    const { stdout } = await scenario('test/e2e/matrix.bash', { world: 'vg vg0 60M\n  lv data 16M ext4' });
    expect(stdout.trim().split('\n')).toEqual([
      'before the journal: idle',
      'before the mount: opening',
      'after pre: held',
      'in the umount: closing',
      'after post: idle',
    ]);
  });
});
