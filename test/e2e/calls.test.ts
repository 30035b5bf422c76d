import { expect, test } from 'vitest';
import { calls } from '../matrix/calls.ts';

test('the executables answer in the protocol of their product whatever they are called with', async () => {
  const rows = await calls('sample', () => undefined);
  expect(rows.flatMap(({ failures }) => failures)).toEqual([]);
  expect(rows.map(({ tried }) => tried)).toEqual([40]);
});
