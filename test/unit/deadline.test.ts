import { expect, test } from 'vitest';
import { createDeadline } from '../../src/core/deadline.ts';

test('two thirds of the time are for work, the rest is for undoing', () => {
  let now = 5000;
  const deadline = createDeadline(60_000, () => now);
  expect(deadline.commandMs()).toBe(40_000);
  expect(deadline.graceMs()).toBe(10_000);
  expect(createDeadline(15_000).graceMs()).toBeCloseTo(2500);
  now = 44_999;
  expect([deadline.commandMs(), deadline.workMs()]).toEqual([1, 1]);
  deadline.check();
  now = 45_000;
  expect(() => deadline.check()).toThrow('not done after 40 s of the 60 s that the hook may take');
  expect(deadline.commandMs(), 'what is left').toBe(20_000);
  now = 90_000;
  expect(deadline.commandMs(), 'late, but undone all the same').toBe(10_000);
});
