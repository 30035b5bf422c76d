import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { power } from '../matrix/power.ts';

describeLab('a power cut', () => {
  test('while a task is opened, open or closed: after the start all is as it was and nothing saved is lost', async () => {
    const rows = await power('sample', (line) => process.stderr.write(`${line}\n`));
    expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
    const tried = rows.map((row) => row.tried);
    expect(tried.reduce((sum, one) => sum + one, 0)).toBe(12);
    expect(Math.min(...tried)).toBeGreaterThan(0);
  }, 900_000);
});
