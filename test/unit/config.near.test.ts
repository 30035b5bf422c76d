import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mayBeNear, nearNames, nearlyNamed } from '../../src/config/near.ts';
import { encodedTwice, otherReadings } from '../../src/core/text/encodings.ts';

const near = (name: string, ...tasks: readonly string[]): readonly string[] => nearNames(name, name, tasks);

describe('a name is nearly that of a task', () => {
  test.each([
    ['in another case', 'vm', 'VM'],
    ['with other blanks', ' Backup  vm1\t', 'Backup vm1'],
    ['without its blank', 'Backupvm1', 'Backup vm1'],
    ['with a dash for an underscore', 'Backup-XEN-vm1', 'Backup_XEN_vm1'],
    ['with a dash that a word processor made', 'a\u2013b', 'a-b'],
    ['with a blank that does not break', 'a\u00a0b', 'a b'],
    ['with what can not be seen', '\ufeffa\u200bb\u00ad', 'ab'],
    ['with the end of a line of Windows', 'nightly\r\n', 'nightly'],
    ['decomposed', 'Bu\u0308ro', 'B\u00fcro'],
    ['in the wide letters of East Asia', '\uff36\uff2d1', 'VM1'],
    ['with a ligature', 'pro\ufb01le', 'profile'],
    ['in Greek with another sigma', '\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c2'],
    ['in all of these ways', 'BU\u0308RO eins', 'b\u00fcro_eins'],
  ])('%s', (_, name, task) => {
    expect(near(name, 'other', task)).toEqual([task]);
    expect(near(task, name)).toEqual([name]);
  });

  test('of two of them, if it is', () => expect(near('vm-1', 'VM1', 'other', 'vm_1')).toEqual(['VM1', 'vm_1']));

  test('in Latin-1 and in code page 850', () => {
    const read = (...bytes: readonly number[]): readonly string[] =>
      otherReadings(Buffer.from(bytes)).flatMap((reading) => nearNames('B\ufffdro', reading, ['B\u00fcro']));
    expect(read(0x42, 0xfc, 0x72, 0x6f)).toEqual(['B\u00fcro']);
    expect(read(0x42, 0x81, 0x72, 0x6f)).toEqual(['B\u00fcro']);
    expect(read(0x42, 0xe4, 0x72, 0x6f)).toEqual([]);
  });

  test('encoded twice', () => {
    expect(encodedTwice('B\u00c3\u00bcro')).toBe('B\u00fcro');
    for (const name of ['B\u00fcro', 'plain', '\u2603 \u00c3\u00bc']) expect(encodedTwice(name)).toBeUndefined();
  });
});

test.each([
  ['itself', 'VM'],
  ['a part of it', 'V'],
  ['another number', 'VM1'],
  ['nothing that can be seen', '-_ '],
])('a name that is %s is not', (_, name) => expect(near(name, 'VM', '--')).toEqual([]));

test('both are named, and what to do', () => {
  expect(nearlyNamed('v\nm', ['VM'])).toMatchObject({
    code: 'task.unknown',
    exitStatus: 2,
    message:
      'there is no task "v\\nm", but there is "VM", which differs only in case, blanks, "-", "_", Unicode form or encoding',
    hint: expect.stringContaining('exactly as in the configuration') as string,
  });
  expect(nearlyNamed('v-m', ['VM', 'v_m']).message).toContain('there are "VM" and "v_m", which differ only in');
});

test('what is near in ASCII is told as with the rules of Unicode', () => {
  const letter = fc.constantFrom('a', 'B', '1', '.');
  const gap = fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code));
  const pieces = fc.array(fc.tuple(letter, gap), { maxLength: 4 });
  const property = fc.property(gap, pieces, (first, all) => {
    const name = all.map(([piece]) => piece).join('');
    const text = `${first}${all.flat().join('')}`;
    const inAscii = [mayBeNear(text)(name), fc.stringify(nearNames(name, name, [text]))];
    // A symbol is neither a letter nor a blank; what can't be seen is not compared.
    expect(inAscii).toEqual([
      mayBeNear(`${text}\n\u2603`)(name),
      fc.stringify(nearNames(name, `${name}\u200b`, [`${text}\u200b`]).map((task) => task.slice(0, -1))),
    ]);
  });
  fc.assert(property, { numRuns: 800 });
});
