import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { cycles } from '../matrix/cycles.ts';

describeLab('a task that nothing disturbs', () => {
  test('is never called bad', async () => {
    const rows = await cycles('sample', () => undefined);
    expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
    expect(rows.map(({ tried }) => tried)).toEqual([12]);
  });
});
