import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { surelyNotConfigured } from '../../src/config/precheck.ts';
import { sesam } from '../../src/contracts/sesam.ts';
import { otherReadings } from '../../src/core/text/encodings.ts';

let directory: string;

beforeEach(() => {
  // The temporary directory itself is writable for all, which no configuration may lie in.
  directory = fs.mkdtempSync(path.join(import.meta.dirname, 'quick-'));
  fs.mkdirSync(path.join(directory, 'tasks.d'));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

function foreign(text: string, ...names: readonly string[]): boolean {
  fs.writeFileSync(path.join(directory, 'holdstill.yaml'), text);
  return surelyNotConfigured(directory, names, sesam.settings, os.userInfo().uid);
}

describe('a name is surely no task', () => {
  test.each([
    ['where no file mentions it', 'version: 1\ntasks:\n  a: /srv\n', ['other']],
    ['where it is a part of other words only', 'version: 1\ntasks:\n  other-one: /srv\n', ['other']],
    ['where it is nearly a part of one', 'version: 1\ntasks:\n  domu-f: /srv\n', ['F', 'domu']],
    ['where a setting is for our tasks only', 'version: 1\nsesam: {exitZero: true}\n', ['other']],
    ['where the file is broken, but says nothing of it', 'version: [', ['other']],
  ])('%s', (_, text, names) => expect(foreign(text, ...names)).toBe(true));
});

describe('it must be looked at with care', () => {
  test.each([
    ['where a task is called so', 'version: 1\ntasks:\n  other: /srv\n', ['other']],
    ['where one of several arguments is', 'version: 1\ntasks:\n  other: /srv\n', ['x', 'other']],
    ['where it is quoted', `version: 1\ntasks:\n  'it''s': /srv\n`, [`it's`]],
    ['where one nearly is, in another case', 'version: 1\ntasks:\n  VM1: /srv\n', ['vm1']],
    ['where one nearly is, with other dashes', 'version: 1\ntasks: {_a_b-: /srv}\n', ['A–B']],
    ['where one nearly is, with blanks in two lines', 'version: 1\ntasks:\n  ? "A\n    B"\n  : /srv\n', ['ab']],
    ['where one nearly is, in quotes', `version: 1\ntasks:\n  'It''s': /srv\n`, [`it's`]],
    ['where one nearly is, in another form', 'version: 1\ntasks:\n  B\u00fcro: /srv\n', ['bu\u0308ro']],
    ['where escapes may spell it', 'version: 1\ntasks:\n  "oth\\x65r": /srv\n', ['other']],
    ['where a blank may be folded', 'version: 1\ntasks:\n  ? "two\n    words"\n  : /srv\n', ['two words']],
    ['where a variable may name the task', 'version: 1\nsesam: {taskEnv: TASK}\n', ['other']],
    ['where calls are traced', 'version: 1\nsesam: {trace: true}\n', ['other']],
  ])('%s', (_, text, names) => expect(foreign(text, ...names)).toBe(false));

  test('where another file mentions it', () => {
    fs.writeFileSync(path.join(directory, 'tasks.d/x.yaml'), 'tasks: {other: /srv}\n');
    expect(foreign('version: 1\n', 'other')).toBe(false);
  });
});

test('a name in another encoding is read in all ways that are given', () => {
  fs.writeFileSync(path.join(directory, 'holdstill.yaml'), 'version: 1\ntasks:\n  Büro: /srv\n');
  const readings = (name: string): readonly string[] => [name, ...otherReadings(Buffer.from('BÜro', 'latin1'))];
  expect(surelyNotConfigured(directory, ['B\ufffdro'], sesam.settings, os.userInfo().uid)).toBe(true);
  expect(surelyNotConfigured(directory, ['B\ufffdro'], sesam.settings, os.userInfo().uid, readings)).toBe(false);
});

test('a file that could try an expression again and again is searched at once', () => {
  const text = `version: 1\n#${'- _\t'.repeat(100_000)}a${' '.repeat(200_000)}b${'a '.repeat(100_000)}\n`;
  fs.writeFileSync(path.join(directory, 'holdstill.yaml'), text);
  const began = performance.now();
  surelyNotConfigured(
    directory,
    ['aaaaaaaaaaaaaaaaaaaaaaaac', 'a-b-c', '____', 'y'.repeat(5000)],
    sesam.settings,
    os.userInfo().uid,
  );
  expect(performance.now() - began).toBeLessThan(2000);
});

test('no configuration at all is a fault', () => {
  expect(() => surelyNotConfigured(path.join(directory, 'none'), ['x'], sesam.settings, os.userInfo().uid)).toThrow(
    /there is no/,
  );
});
