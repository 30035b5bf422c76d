import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { damaged } from '../matrix/damage.ts';

describeLab('a damaged volume', () => {
  test('is opened as far as it can be read, or refused with the reason; nothing hangs and nothing is left', async () => {
    const rows = await damaged('sample', () => undefined);
    expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
    expect(rows.map(({ tried }) => tried)).toEqual([17]);
  });
});
