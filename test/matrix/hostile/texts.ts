import fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';

/** What a name, a label or a tool's output could hold, to forge a result, leave a directory, become an option or break a line. */
const PIECES = [
  'STATUS:',
  'STATUS:OK',
  'STATUS:ERROR {',
  'holdstill: ',
  '\n',
  '\r',
  '\r\n',
  '\v',
  '\f',
  '\u0085',
  '\u2028',
  '\u2029',
  '\u001c',
  '\0',
  '\t',
  '\b',
  '\u007f',
  '\u009b31m',
  '\u001b[2J\u001b[31m',
  '\u001b]0;title\u0007',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u200b',
  '\ufeff',
  '\ud800',
  '\udfff',
  '\ufffd',
  '../',
  '/..',
  '/',
  '.',
  '..',
  '-',
  '--',
  '--job=',
  '-y',
  '$(id)',
  '`id`',
  '${HOME}',
  ';',
  '|',
  '&&',
  '>',
  "'",
  '"',
  '\\',
  '\\x41',
  '\\040',
  '{',
  '}',
  '[',
  ']',
  '*',
  '?',
  '%n',
  '=',
  '=2F',
  '=:',
  ':',
  ',',
  '#',
  '@',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'NaN',
  '-1',
  '1e999',
  'vg0',
  'data',
  'a',
  'b',
  'ü',
  '☃',
  '😀',
] as const;

/** Text of any content, up to 10,000 bytes. */
export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 7 }).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 24 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 24 }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...PIECES), fc.nat(10_000))
      .map(([piece, bytes]) => piece.repeat(Math.ceil(bytes / Buffer.byteLength(piece)))),
  },
);

/** What can be an argument of a process: no NUL, and what is no Unicode has become U+FFFD. */
export const argument: fc.Arbitrary<string> = text.map((value) => wellFormed(value.replaceAll('\0', '')));

/** A name as LVM allows it. */
export const lvmName: fc.Arbitrary<string> = fc
  .stringMatching(/^[A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,40}$/)
  .filter((name) => name !== '.' && name !== '..');

type Damage = (before: string) => string;

const share = fc.double({ min: 0, max: 1, noNaN: true });

function at(before: string, where: number): number {
  return Math.floor(where * before.length);
}

function withLines(change: (lines: string[]) => readonly string[]): Damage {
  return (before) => change(before.split('\n')).join('\n');
}

const damage: fc.Arbitrary<Damage> = fc.oneof(
  share.map(
    (end): Damage =>
      (before) =>
        before.slice(0, at(before, end)),
  ),
  fc.tuple(share, share).map(
    ([from, to]): Damage =>
      (before) =>
        before.slice(0, at(before, from)) + before.slice(at(before, to)),
  ),
  fc.tuple(share, text).map(
    ([where, piece]): Damage =>
      (before) =>
        before.slice(0, at(before, where)) + piece + before.slice(at(before, where)),
  ),
  fc.tuple(share, fc.integer({ min: 1, max: 255 })).map(([where, bits]): Damage => (before) => {
    const index = at(before, where);
    const flipped = String.fromCharCode((before.charCodeAt(index) || 0) ^ bits);
    return before.slice(0, index) + flipped + before.slice(index + 1);
  }),
  // What stands between quotes or after an equals sign is replaced.
  fc.tuple(share, text).map(([where, piece]): Damage => (before) => {
    const values = [...before.matchAll(/(?<=['"=])[^'"\s]*/g)];
    const value = values[Math.min(values.length - 1, Math.floor(where * values.length))];
    if (!value) return piece;
    return before.slice(0, value.index) + piece + before.slice(value.index + value[0].length);
  }),
  share.map((where) =>
    withLines((lines) => {
      const line = lines[at(lines.join(''), where) % lines.length] ?? '';
      return [...lines, line, line];
    }),
  ),
  share.map((where) => withLines((lines) => lines.toSpliced(Math.floor(where * lines.length), 1))),
  fc.constant(withLines((lines) => lines.toReversed())),
  fc.constant<Damage>((before) => before + before),
  // Two outputs mixed, as of two processes that write to one pipe.
  fc.constant(
    withLines((lines) =>
      lines.flatMap((line, index) => [line.slice(0, index * 3), lines[index + 1] ?? '', line.slice(index * 3)]),
    ),
  ),
);

/** One of the texts with some damage, or whole, or something else altogether. */
export function damaged(...originals: readonly string[]): fc.Arbitrary<string> {
  const whole = fc.constantFrom(...originals);
  return fc.oneof(
    { weight: 1, arbitrary: whole },
    {
      weight: 8,
      arbitrary: fc
        .tuple(whole, fc.array(damage, { minLength: 1, maxLength: 4 }))
        .map(([original, damages]) => damages.reduce((before, one) => one(before).slice(0, 50_000), original)),
    },
    { weight: 1, arbitrary: text },
  );
}

/** What the tool and version in the file's name printed in the lab. */
export function recorded(name: string): string {
  return fs.readFileSync(path.join(import.meta.dirname, '../../fixtures', name), 'utf8');
}

/** Halves of surrogate pairs become U+FFFD, as in everything that comes from the system as UTF-8. */
export function wellFormed(value: string): string {
  return Buffer.from(value).toString();
}
