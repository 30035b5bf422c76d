import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { xen } from '../matrix/xen.ts';

describeLab('guests of a real Xen', () => {
  test('are saved by name, whether they run, rest or are off, and nothing is left', async () => {
    const [row] = await xen('sample', () => undefined);
    expect(row?.failures).toEqual([]);
    expect(row?.tried).toBeGreaterThan(30);
  }, 1_500_000);
});
