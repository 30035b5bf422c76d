import { expect, test } from 'vitest';
import { createDeadline } from '../../src/core/run/deadline.ts';

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
  expect(() => deadline.check()).toThrow(
    'the hook gave up after 40 s, because the rest of its 60 s is needed for undoing',
  );
  expect([deadline.commandMs(), deadline.graceMs()], 'half of what is left, and a quarter to end').toEqual([
    10_000, 5000,
  ]);
  now = 65_000;
  expect([deadline.commandMs(), deadline.graceMs()], 'late, but undone anyway').toEqual([750, 250]);
  now = 90_000;
  expect(deadline.commandMs(), 'over').toBe(0);
});

test('any number of commands that hang until they are given up end within five seconds after the time', () => {
  for (const timeoutMs of [1000, 5000, 15_000, 600_000]) {
    let now = 0;
    const deadline = createDeadline(timeoutMs, () => now);
    for (let count = 0; deadline.commandMs() > 0 && count < 1000; count += 1)
      now += deadline.commandMs() + deadline.graceMs();
    expect(now, `${timeoutMs}`).toBeLessThan(timeoutMs + 5000);
  }
});
