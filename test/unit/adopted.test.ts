import { describe, expect, test } from 'vitest';
import { adoptionFrom, adoptionOf, type Traces } from '../../src/core/run/adopted.ts';
import { bytesOfOthers } from '../../src/providers/lvm/written.ts';
import { areQuiet } from '../../src/mounts/quiet.ts';
import { parseMountinfo } from '../../src/system/kernel/mountinfo.ts';
import { isForWriting } from '../../src/system/kernel/writers.ts';
import { parseWritten } from '../../src/system/kernel/written.ts';

describe("a snapshot is somebody's", () => {
  const nobody: Traces = { mounts: [], openers: [], bytes: 0, done: undefined, standing: true };
  test.each([
    ['nobody is there, and nothing was written', {}, undefined],
    ['it is mounted writable', { mounts: ['/srv/d'] }, 'mounted it writable at /srv/d, perhaps instead of vg0/data'],
    ['who has it open has written nothing', { openers: ['qemu (7)'] }, undefined],
    ['who has it open has written', { openers: ['qemu (7)'], bytes: 512 }, 'opened it for writing: qemu (7)'],
    [
      'who has it open may have written',
      { openers: ['qemu (7)'], bytes: undefined },
      'opened it for writing: qemu (7)',
    ],
    ['something was written, perhaps by our mounts', { bytes: 512 }, undefined],
    ['something was written, and not by our mounts', { bytes: 22_528, standing: false }, 'wrote to it (22.0 KiB)'],
    ['nobody can tell', { bytes: undefined, standing: false }, undefined],
    ['it was made writable', { bytes: undefined, done: 'made it writable' }, 'made it writable'],
  ] as const)('%s', (_, traces, adoption) => expect(adoptionFrom('vg0/data', { ...nobody, ...traces })).toBe(adoption));

  test('until he says that it may go', () => {
    const step = { number: 1, step: { kind: 'lvm' } };
    expect(adoptionOf({ ...step, facts: { adoption: 'made it writable' } })).toBe('made it writable');
    expect(adoptionOf({ ...step, facts: { adoption: 'made it writable', discard: 'yes' } })).toBeUndefined();
    expect(adoptionOf({ ...step, facts: undefined })).toBeUndefined();
  });
});

describe('what others wrote', () => {
  test('is what the kernel counted since our mounts stood, and after a start all of it', () => {
    expect(bytesOfOthers(5120, true, { written: '4096' })).toBe(1024);
    expect(bytesOfOthers(5120, false, { written: '4096' })).toBe(5120);
    expect(bytesOfOthers(4096, true, { written: '528384' })).toBe(0);
    expect(bytesOfOthers(5120, true, { uuid: 'u' })).toBeUndefined();
    expect(bytesOfOthers(undefined, false, { written: '0' })).toBeUndefined();
  });

  // Linux 6.1, /sys/block/dm-3/stat and sda/stat; Linux 4.14 has no discards.
  test.each([
    [
      '     121        0     5488       14      329        0     4101       26        0       52       40        0        0        0        0        0        0',
      4101 * 512,
    ],
    [
      '       9        0      144        1        3        0       44        0        0        4        1        5        0      100        2        6        0',
      144 * 512,
    ],
    ['     121        0     5488       14      329        0     4101       26        0       52       40', 4101 * 512],
    ['', undefined],
    ['no numbers', undefined],
  ])('is read from %s', (text, bytes) => expect(parseWritten(text)).toBe(bytes));

  test('is nothing of drivers that are known to be quiet', () => {
    expect(
      areQuiet([
        { type: 'ext4', trust: 'guest' },
        { type: 'ntfs', trust: 'guest' },
      ]),
    ).toBe(true);
    expect(
      areQuiet([
        { type: 'ext4', trust: 'guest' },
        { type: 'xfs', trust: 'guest' },
      ]),
    ).toBe(false);
    expect(areQuiet([{ type: 'ext4', trust: 'hostile' }])).toBe(false);
  });
});

test.each([
  ['0100000', false],
  ['0100002', true],
  ['02100001', true],
  ['02100000', false],
])('a descriptor with the flags %s is open for writing: %s', (flags, writing) => {
  expect(isForWriting(`pos:\t0\nflags:\t${flags}\nmnt_id:\t17\nino:\t3\n`)).toBe(writing);
});

test('a file system can be written to though its mount can not', () => {
  const entries = parseMountinfo(
    '36 25 254:3 / /a ro,relatime - ext4 /dev/mapper/a rw,errors=remount-ro\n37 25 254:4 / /b ro,relatime - ext4 /dev/mapper/b ro\n38 25 0:40 / /c rw - tmpfs none rw\n',
  );
  expect(entries.map(({ writable }) => writable)).toEqual([true, false, true]);
});
