import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { parseSelector, selectorText, unwanted } from '../../src/core/model/selection.ts';
import { readSegment } from '../../src/guests/luks.ts';
import { findArrays } from '../../src/guests/md/arrays.ts';
import { parseSuperblock, readSuperblock, sumOf } from '../../src/guests/md/superblock.ts';
import { overlapsOf } from '../../src/guests/partitions.ts';
import { read } from '../prober.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdstill-containers.'));
afterAll(() => rmSync(directory, { recursive: true }));

const fixture = (name: string): Buffer => gunzipSync(readFileSync(new URL(`../fixtures/${name}.gz`, import.meta.url)));

function fileWith(content: Buffer, at = 0): string {
  const file = join(directory, 'device');
  writeFileSync(file, Buffer.concat([Buffer.alloc(at), content]));
  return file;
}

test('reads the superblock of a software RAID as mdadm 4.2 writes it', async () => {
  const sound = fixture('md-4.2.raid5');
  expect(parseSuperblock(sound, 8)).toMatchObject({
    level: 5,
    layout: 2,
    chunkSectors: 1024,
    disks: 3,
    role: 1,
    active: [0, 1, 2],
    dataSector: 4096,
    unfit: undefined,
  });
  const damaged = Buffer.from(sound).fill(1, 88, 89);
  expect(parseSuperblock(damaged, 8)).toBeUndefined();
  // It knows where it stands: one that was copied elsewhere is none.
  expect(parseSuperblock(sound, 0)).toBeUndefined();

  const bytes = 8 * 1024 * 1024;
  const old = fileWith(fixture('md-4.2.raid1-0.90'), bytes - 65_536);
  expect(await readSuperblock({ device: old, offset: 0, bytes }, read)).toMatchObject({
    level: 1,
    disks: 2,
    role: 1,
    active: [0, 1],
    dataSector: 0,
    usedSectors: bytes / 512 - 128,
  });
});

test('a disk of a RAID 5 that failed a moment ago is not taken for one that is in sync', async () => {
  const bytes = 16 * 1024 * 1024;
  const disk = (role: number, events: number, known: readonly number[]): string => {
    const block = Buffer.from(fixture('md-4.2.raid5'));
    const count = block.readUInt32LE(220);
    block.writeBigUInt64LE(BigInt(events), 200);
    block.writeUInt32LE(role, 160);
    for (let index = 0; index < count; index += 1) block.writeUInt16LE(known[index] ?? 0xffff, 256 + 2 * index);
    block.writeBigUInt64LE(8192n, 80);
    block.writeUInt32LE(sumOf(block.subarray(0, 256 + 2 * count)), 216);
    const file = join(directory, `disk${role}`);
    writeFileSync(file, Buffer.concat([Buffer.alloc(4096), block]));
    return file;
  };
  const found = async (events: number, known: readonly number[]) =>
    findArrays(
      [disk(0, 11, known), disk(1, events, [0, 1, 2]), disk(2, 11, known)].map((device, index) => ({
        volume: 0,
        partition: index + 1,
        extent: { device, offset: 0, bytes },
      })),
      read,
    );
  expect((await found(10, [0, 1, 2])).containers).toHaveLength(1);
  const failed = await found(10, [0, 0xfffe, 2]);
  expect(failed.containers).toEqual([]);
  expect(failed.members[0]?.reason).toContain('degraded');
});

test('reads how LUKS lies on its device, as cryptsetup 2.6.1 writes it', async () => {
  const first = { cipher: 'aes-xts-plain64', first: 4096, sectors: undefined, tweak: '0', sectorBytes: 512 };
  expect(await readSegment(fileWith(fixture('luks-2.6.1.first')), read)).toEqual(first);
  const second = fixture('luks-2.6.1.second');
  expect(await readSegment(fileWith(second), read)).toEqual({ ...first, first: 32_768, sectorBytes: 4096 });
  const integrity = Buffer.from(second.toString('latin1').replace('"type":"crypt"', '"type":"linear"'), 'latin1');
  expect(await readSegment(fileWith(integrity), read)).toContain('holdstill does not support');
  expect(await readSegment(fileWith(Buffer.from(second).fill(0x20, 4096, 4200)), read)).toContain('damaged');
});

test('a part is chosen by number, label, type or LV; only the first and the last work for what was not looked into yet', () => {
  const selectors = ['3', 'LABEL=da?a', 'TYPE=ext*', 'LV=vg*/root'].flatMap((one) => parseSelector(one) ?? []);
  expect(selectors.map(selectorText)).toEqual(['3', 'LABEL=da?a', 'TYPE=ext*', 'LV=vg*/root']);
  for (const wrong of ['0', '-1', 'LABEL=', 'LV=root', 'LV=a/b/c', 'p3', ''])
    expect(parseSelector(wrong)).toBeUndefined();
  const part = { numbers: [1], vg: undefined, lv: undefined };
  const content = { type: 'xfs', uuid: undefined, label: 'data', doubt: undefined };
  const by = (index: number) => ({ partitions: selectors.slice(index, index + 1), exclude: [] });
  expect([0, 1, 2, 3].map((index) => unwanted(by(index), { ...part, content }) === undefined)).toEqual([
    false,
    true,
    false,
    false,
  ]);
  expect([0, 1, 2, 3].map((index) => unwanted(by(index), { ...part, content: undefined }) === undefined)).toEqual([
    false,
    true,
    true,
    false,
  ]);
  const excluded = { partitions: selectors, exclude: selectors.slice(1, 2) };
  expect(unwanted(excluded, { ...part, content })).toContain('exclude');
});

test('reports partitions that lie on the same bytes', () => {
  const entry = (number: number, offset: number, bytes: number) => ({
    number,
    offset,
    bytes,
    extended: false,
    type: '0x83',
  });
  expect(overlapsOf([entry(1, 0, 10), entry(2, 10, 10), entry(3, 20, 5)]).size).toBe(0);
  expect([...overlapsOf([entry(1, 0, 100), entry(2, 10, 10), entry(3, 50, 5), entry(4, 100, 1)])]).toEqual([
    [2, 1],
    [1, 3],
    [3, 1],
  ]);
});
