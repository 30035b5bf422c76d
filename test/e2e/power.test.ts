import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { power } from '../matrix/power.ts';

describeLab('a power cut', () => {
  test('while a task is opened, open or closed: after the start all is as it was and nothing saved is lost', async () => {
    const rows = await power('sample', (line) => process.stderr.write(`${line}\n`));
    expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
    const tried = rows.map((row) => row.tried);
    expect(tried.reduce((sum, one) => sum + one, 0)).toBe(10);
    // When the cut comes is chance: of ten all may miss one of the three times, but not two.
    expect(tried.filter((count) => count > 0).length).toBeGreaterThanOrEqual(2);
  }, 900_000);
});
