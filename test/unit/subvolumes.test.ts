import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { insideName, runOf } from '../../src/providers/beside.ts';
import { deletesByNumber, parseShow, placeOfSubvolume } from '../../src/system/tools/btrfs.ts';

test('reads what btrfs-progs 6.2 says of a subvolume', () => {
  const text = readFileSync(new URL('../fixtures/btrfs-6.2.show.txt', import.meta.url), 'utf8');
  expect(parseShow(text)).toEqual({
    uuid: 'ce47da07-70c6-9e44-b9b5-f7e27d2d23aa',
    parentUuid: 'd8f8101e-9e93-4b4b-8031-9ceb2a6ecaa6',
    readOnly: true,
    id: '257',
    generation: '8',
  });
  expect(parseShow('ERROR: Not a Btrfs filesystem\n')).toBeUndefined();
  expect(() => parseShow(text.slice(0, 100))).toThrow('cut off');
});

test('the top of a file system that has no UUID is one anyway', () => {
  // btrfs-progs 4.5, cmds-subvolume.c
  expect(parseShow('/srv is toplevel subvolume\n')).toMatchObject({ uuid: '', id: '5', readOnly: false });
  // btrfs-progs 4.8.3 and newer, of what mkfs.btrfs made before 4.16
  const text = readFileSync(new URL('../fixtures/btrfs-6.2.show.txt', import.meta.url), 'utf8');
  const without = text.replace(/(\tUUID: *\t+)\S+/, '$1-').replace(/(Subvolume ID: *\t+)\d+/, '$15');
  expect(parseShow(without)).toMatchObject({ uuid: '', id: '5' });
  // What a subvolume is called says nothing of it.
  expect(parseShow(`x is toplevel subvolume\n${text}`)?.id).toBe('257');
});

test('the UUID of a subvolume shows where it is now', () => {
  const stdout =
    'ID 256 gen 9 top level 5 uuid 5aea7a3a-2ff8-5f4f-9d2b-2f7b4f6c6d4e path own\n' +
    'ID 257 gen 10 top level 256 uuid ce47da07-70c6-9e44-b9b5-f7e27d2d23aa path kept path/0.own\n';
  const { parse } = placeOfSubvolume('ce47da07-70c6-9e44-b9b5-f7e27d2d23aa', '/srv');
  expect(parse({ status: 0, stdout, stderr: '' })).toEqual({ place: 'kept path/0.own', generation: '10' });
  expect(parse({ status: 0, stdout: '', stderr: '' })).toBeUndefined();
});

test('whether btrfs deletes by number stands in its help', () => {
  const told = (stdout: string): boolean => deletesByNumber().parse({ status: 0, stdout, stderr: '' });
  expect(told('    -i|--subvolid          subvolume id of the to be removed subvolume\n')).toBe(true);
  expect(told('    -c|--commit-after      wait for transaction commit at the end of the operation\n')).toBe(false);
});

test.each([
  ['.hs.0badcafe/0.data', '0badcafe'],
  ['a/b/.hs.0badcafe/12.', '0badcafe'],
  ['a/.hs.0badcafe.0.data', '0badcafe'],
  ['a/.hs.0badcafe/data', undefined],
  ['a/.hs.0badcafe', undefined],
  ['a/hs.0badcafe/0.data', undefined],
  ['a/.hs.0badcafe/0.data/below', undefined],
])('the run of %s is %s', (place, run) => {
  expect(runOf(place)).toBe(run);
});

test('a name inside has the length that a file system allows', () => {
  expect(insideName('/srv/data', 3)).toBe('3.data');
  expect(insideName(`/srv/${'l'.repeat(255)}`, 3)).toBe('3.');
});
