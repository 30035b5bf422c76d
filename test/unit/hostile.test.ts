import { expect, test } from 'vitest';
import { hostile } from '../matrix/hostile.ts';

test('ten thousand hostile inputs find nothing that is unforeseen, forged, outside its directory or slow', async () => {
  const rows = await hostile('sample', () => undefined);
  expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
  expect(rows.reduce((sum, { tried }) => sum + tried, 0)).toBeGreaterThanOrEqual(10_000);
}, 300_000);
