import { describe, expect, test } from 'vitest';
import { identityOf, numbersByIdentity, type Recogniser, volumesUnder } from '../../src/system/kernel/identity.ts';
import { fileId, type LoopDevice } from '../../src/system/kernel/loops.ts';
import { parseLoops } from '../../src/system/tools/losetup.ts';

// losetup 2.38.1, the third line as others than root get it.
const LISTED =
  ' /dev/loop0        130        0:5  \n/dev/loop100 4294967297  259:1048575\n/dev/loop7                      \n';

describe('the file behind a loop device', () => {
  test('is known by its numbers, or not at all', () => {
    expect([...parseLoops(LISTED)]).toEqual([
      ['/dev/loop0', '0:5 130'],
      ['/dev/loop100', '259:1048575 4294967297'],
    ]);
    expect([...parseLoops('')]).toEqual([]);
  });

  test('is the same as what stat(2) says of it', () => {
    expect(fileId({ dev: 5, ino: 130 })).toBe('0:5 130');
    expect(fileId({ dev: 0x1f03n, ino: 4_294_967_297n })).toBe('31:3 4294967297');
  });

  test('is what a device stands on, and its path only for journals that have no more', () => {
    const loop = (file: string | undefined): LoopDevice => ({
      device: '/dev/loop0',
      number: '7:0',
      backing: '/a b.img (deleted)',
      file,
      below: undefined,
      offset: 0,
      bytes: 0,
    });
    expect(volumesUnder('7:0', [loop('8:1 12')])).toEqual(['file:8:1 12', 'file:/a b.img']);
    expect(volumesUnder('7:0', [loop(undefined)])).toEqual(['file:/a b.img']);
    expect(volumesUnder('7:1', [loop('8:1 12')])).toEqual([]);
  });

  test('also where that is a device of a kind that one more entry knows', () => {
    const byNumber = (devices: Readonly<Record<string, string>>): Recogniser => ({
      identityOf: (number) => devices[number],
      numbers: () => new Map(Object.entries(devices).map(([number, identity]) => [identity, number])),
    });
    const kinds = [byNumber({ '254:0': 'LVM-x' }), byNumber({ '252:16': 'rbd:pool/vm7@hs' })];
    const loop = { device: '/dev/loop0', number: '7:0', backing: '/dev/rbd1', file: '0:5 9', below: '252:16' };
    expect(volumesUnder('7:0', [{ ...loop, offset: 0, bytes: 0 }], kinds)).toEqual(['rbd:pool/vm7@hs']);
    expect(['254:0', '252:16', '8:0'].map((number) => identityOf(number, kinds))).toEqual([
      'LVM-x',
      'rbd:pool/vm7@hs',
      undefined,
    ]);
    expect([...numbersByIdentity(kinds)]).toEqual([
      ['LVM-x', '254:0'],
      ['rbd:pool/vm7@hs', '252:16'],
    ]);
  });
});
