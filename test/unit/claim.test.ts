import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claimOf, type Closer } from '../../src/core/run/claim.ts';
import { readTaken, writeTaken, type Taken } from '../../src/core/journal/taken.ts';
import { callersOf } from '../../src/system/kernel/processes.ts';

const BOOT = 'this boot';
/** Run `a` was open for an hour when run `b` took the task over; nothing is known of who called. */
const A: Taken = {
  run: 'a',
  runKey: '',
  contract: 'generic',
  callers: '',
  boot: BOOT,
  startedAt: '2026-11-30T00:00:00.000Z',
  at: '2026-11-30T01:00:00.000Z',
  by: 'b',
};
const B = { run: 'b', runKey: '', contract: 'generic', callers: '' };
const closer: Closer = { contract: 'generic', runKey: undefined, callers: '' };

function claim(by: Partial<Closer>, open: typeof B | undefined, ...taken: readonly Taken[]): string {
  const found = claimOf({ ...closer, ...by }, open, taken, BOOT);
  return found.kind === 'taken' ? `taken ${found.taken.run}` : found.kind;
}

describe('with the id of a run it is exact', () => {
  const a = { ...A, runKey: '7' };
  const b = { ...B, runKey: '8' };
  test.each([
    ['the open run', '8', b, 'own'],
    ['the one before', '7', b, 'taken a'],
    ['the one before, when the open one is closed', '7', undefined, 'taken a'],
    ['one that was closed properly', '6', undefined, 'own'],
  ])('%s', (_, runKey, open, due) => expect(claim({ runKey }, open, a)).toBe(due));

  test('also after another start of the machine', () => {
    expect(claim({ runKey: '7' }, undefined, { ...a, boot: 'another' })).toBe('taken a');
  });
});

describe('without an id', () => {
  test('nothing was taken over: the open run, or none', () => {
    expect(claim({}, B)).toBe('own');
    expect(claim({}, undefined)).toBe('own');
  });

  test('two runs that nothing distinguishes: unknown, and when nothing is open the other one', () => {
    expect(claim({}, B, A)).toBe('unknown');
    expect(claim({}, undefined, A)).toBe('taken a');
  });

  test.each([
    ['was lost at the last start', { boot: 'another' }],
    ['was open for so long that its job has ended', { startedAt: '2026-11-29T12:59:00.000Z' }],
    ['was closed by hand', { by: '' }],
  ])('a run that %s is not a rival', (_, more) => expect(claim({}, B, { ...A, ...more })).toBe('own'));

  test('the processes above the hook distinguish them, where they are not above all of them', () => {
    const [a, b] = [
      { ...A, callers: '101.5 50.1' },
      { ...B, callers: '202.9 50.1' },
    ];
    expect(claim({ callers: '202.9 50.1' }, b, a)).toBe('own');
    expect(claim({ callers: '303.9 101.5 50.1' }, b, a)).toBe('taken a');
    // Another process with the number of the first, and a client that calls all hooks itself.
    expect(claim({ callers: '101.7 50.1' }, b, a)).toBe('unknown');
    expect(claim({ callers: '50.1' }, b, a)).toBe('unknown');
  });

  test('one that has heard it hears it again if it is just its callers, and nobody else does', () => {
    const a: Taken = { ...A, callers: '101.5 50.1', told: '101.5' };
    const b = { ...B, callers: '202.9 50.1' };
    expect(claim({ callers: '101.5 50.1' }, b, a)).toBe('taken a');
    expect(claim({ callers: '101.5 50.1' }, undefined, a)).toBe('taken a');
    for (const open of [b, undefined]) expect(claim({ callers: '50.1' }, open, a)).toBe('own');
  });

  test('the product distinguishes them, unless it is a person who types', () => {
    const a = { ...A, contract: 'sesam' };
    expect(claim({ contract: 'sesam' }, B, a)).toBe('taken a');
    expect(claim({ contract: 'generic' }, B, a)).toBe('own');
    expect(claim({ contract: 'cli' }, B, a)).toBe('unknown');
  });

  test('of three it may be one of the first two', () => {
    const found = claimOf(closer, { ...B, run: 'c' }, [A, { ...A, run: 'b', by: 'c' }], BOOT);
    expect(found).toMatchObject({ kind: 'unknown', rivals: [{ run: 'a' }, { run: 'b' }] });
  });
});

test('the processes that called are named with their start', () => {
  const [own, ...above] = callersOf(process.pid).split(' ');
  expect(own).toMatch(new RegExp(`^${process.pid}\\.\\d+$`));
  expect(above[0]).toMatch(new RegExp(`^${process.ppid}\\.\\d+$`));
  expect(callersOf(2 ** 30)).toBe('');
});

describe('what is remembered', () => {
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'taken-'));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  test('is there again, of many the newest, and no file for none', () => {
    expect(readTaken(directory, 't')).toEqual([]);
    const many = Array.from({ length: 50 }, (_, index) => ({ ...A, run: String(index) }));
    writeTaken(directory, 't', many);
    expect(readTaken(directory, 't')).toEqual(many.slice(-20));
    expect(fs.statSync(path.join(directory, 't.history')).mode & 0o777).toBe(0o600);
    writeTaken(directory, 't', []);
    expect(fs.readdirSync(directory)).toEqual([]);
  });

  test.each(['', '{}', '[{}]', '[', '[null]'])('that is damaged (%j) is a fault', (text) => {
    fs.writeFileSync(path.join(directory, 't.history'), text, { mode: 0o600 });
    expect(() => readTaken(directory, 't')).toThrow(/t\.history is not a file that holdstill wrote/);
  });

  test('is never written through a link', () => {
    fs.symlinkSync('/dev/null', path.join(directory, 't.history.new'));
    expect(() => writeTaken(directory, 't', [A])).toThrow(/t\.history can't be written/);
  });
});
