import { expect, test } from 'vitest';
import { afterLook, unwatched, type Attendance } from '../../src/app/attendance.ts';
import type { JournalHeader } from '../../src/core/journal/format.ts';

const MINUTE = 60_000;
const start = Date.parse('2026-01-01T00:00:00.000Z');
const journal = { header: { run: 'a' } as JournalHeader, watched: new Date(start).toISOString() };
const runs = [{ run: 'a', since: start }];

function looked(...minutes: readonly number[]): Attendance | undefined {
  let attendance: Attendance | undefined;
  for (const minute of minutes) attendance = afterLook(attendance, runs, start + minute * MINUTE);
  return attendance;
}

test.each([
  ['somebody looked all the time', looked(0, 0.5, 1, 1.5), 2, undefined],
  ['nobody ever came', undefined, 5, { ms: 5 * MINUTE, still: true }],
  ['nobody ever came, and it was open only for a moment', undefined, 0.5, undefined],
  ['the watcher was killed', looked(0, 1), 12, { ms: 11 * MINUTE, still: true }],
  ['the watcher was killed, and another one came', looked(0, 1, 12, 12.5), 13, { ms: 11 * MINUTE, still: false }],
  ['it was killed twice', looked(0, 10, 11), 21, { ms: 20 * MINUTE, still: true }],
  ['the first one came late', looked(30, 30.5), 31, { ms: 30 * MINUTE, still: false }],
])('%s', (_, attendance, minutes, told) => {
  expect(unwatched(journal, attendance, start + minutes * MINUTE)).toEqual(told);
});

test('nothing is missed of a task that nobody has to watch', () => {
  expect(unwatched({ ...journal, watched: undefined }, undefined, start + 99 * MINUTE)).toBeUndefined();
});

test('a run that is opened later has missed nothing', () => {
  const later = afterLook(looked(0, 10), [...runs, { run: 'b', since: start + 10 * MINUTE }], start + 10.1 * MINUTE);
  expect([...later.missed]).toEqual([
    ['a', 10 * MINUTE],
    ['b', 0],
  ]);
});
