import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { soundEntries } from '../../src/guests/sound.ts';
import { crc32From } from '../../src/guests/crc32.ts';
import { parsePairs } from '../../src/system/tools/partx.ts';
import { TABLES } from '../matrix/damage.ts';
import { read } from '../prober.ts';

const BYTES = 2 * 1024 * 1024;

/** An entry of an MBR: type, start and length in sectors. */
type Entry = readonly [type: number, start: number, sectors: number];

function put(disk: Buffer, sector: number, entries: readonly Entry[]): void {
  const at = sector * 512;
  for (const [index, [kind, start, sectors]] of entries.entries()) {
    disk.writeUInt8(kind, at + 446 + 16 * index + 4);
    disk.writeUInt32LE(start, at + 446 + 16 * index + 8);
    disk.writeUInt32LE(sectors, at + 446 + 16 * index + 12);
  }
  disk.writeUInt16LE(0xaa55, at + 510);
}

/** Two primary partitions, and three in a container whose links stand at these sectors. */
const LINKS = [1088, 1600, 2112];
function dos(): Buffer {
  const disk = Buffer.alloc(BYTES);
  put(disk, 0, [
    [0x83, 64, 512],
    [0x82, 576, 512],
    [0x05, 1088, 2048],
  ]);
  for (const [index, link] of LINKS.entries()) {
    const next: Entry[] = index < 2 ? [[0x05, (LINKS[index + 1] ?? 0) - 1088, 512]] : [];
    put(disk, link, [[index === 1 ? 0x82 : 0x83, 64, 256], ...next]);
  }
  return disk;
}

function gpt(): Buffer {
  const disk = Buffer.alloc(BYTES);
  put(disk, 0, [[0xee, 1, BYTES / 512 - 1]]);
  const last = BYTES / 512 - 1;
  for (const [own, other, entries] of [
    [1, last, 2],
    [last, 1, last - 32],
  ] as const) {
    const at = own * 512;
    disk.write('EFI PART', at, 'latin1');
    for (const [place, value] of [
      [8, 0x10000],
      [12, 92],
      [80, 128],
      [84, 128],
    ] as const)
      disk.writeUInt32LE(value, at + place);
    for (const [place, value] of [
      [24, own],
      [32, other],
      [40, 34],
      [48, last - 33],
      [72, entries],
    ] as const) {
      disk.writeBigUInt64LE(BigInt(value), at + place);
    }
    disk.write('0123456789abcdef', at + 56, 'latin1');
    for (const index of [0, 1, 3]) {
      const entry = entries * 512 + 128 * index;
      disk.write('af3dc60f838472478e793d69d8477de4', entry, 'hex');
      disk.writeUInt8(index + 1, entry + 16);
      disk.writeBigUInt64LE(BigInt(64 + 512 * index), entry + 32);
      disk.writeBigUInt64LE(BigInt(64 + 512 * index + 511), entry + 40);
    }
    seal(disk, own);
  }
  return disk;
}

/** Makes the checksums of a GPT fit, as a guest can. */
function seal(disk: Buffer, sector: number): Buffer {
  const at = sector * 512;
  const sum = (data: Buffer): number => ~crc32From(~0, data) >>> 0;
  const length = Math.min(512, Math.max(92, disk.readUInt32LE(at + 12)));
  const entries = Number(disk.readBigUInt64LE(at + 72) & 0xffffn) * 512;
  const bytes = Math.min(128 * 1024, disk.readUInt32LE(at + 80) * disk.readUInt32LE(at + 84));
  disk.writeUInt32LE(sum(disk.subarray(entries, entries + bytes)), at + 88);
  disk.writeUInt32LE(0, at + 16);
  disk.writeUInt32LE(sum(disk.subarray(at, at + length)), at + 16);
  return disk;
}

const DAMAGE = fileURLToPath(new URL('../lab/guest/damage.pl', import.meta.url));
const DISKS = { dos: dos(), gpt: gpt() };

let directory = '';
beforeAll(() => (directory = mkdtempSync(path.join(os.tmpdir(), 'sound-'))));
afterAll(() => rmSync(directory, { recursive: true }));

function disk(bytes: Buffer): string {
  const file = path.join(directory, 'disk');
  writeFileSync(file, bytes);
  return file;
}

/** What partx lists; undefined: nothing, or not what can be. */
function listed(file: string) {
  const argv = ['--pairs', '--bytes', '--output', 'NR,START,SIZE,TYPE', '--', file];
  const { status, stdout } = spawnSync('/usr/bin/partx', argv, { encoding: 'utf8' });
  return status === 0 ? parsePairs(stdout) : undefined;
}

function kindOf(file: string): string {
  return spawnSync('/sbin/blkid', ['-p', '-o', 'value', '-s', 'PTTYPE', file], { encoding: 'utf8' }).stdout.trim();
}

const number = fc.oneof(
  fc.constantFrom(0, 1, 2, 0x7fffffff, 0xffffffff, 0x80000000, 64, 1088, 4095, 4096, 33),
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: 0, max: 0xffffffff }),
);
const type = fc.constantFrom(0, 5, 0x0f, 0x82, 0x83, 0x85, 0xa5, 0x63, 0x81, 0xee, 0x8e);

describe('a partition table that is read without partx', () => {
  test.each(['dos', 'gpt'] as const)('%s: as partx lists it', async (kind) => {
    const file = disk(DISKS[kind]);
    expect(kindOf(file)).toBe(kind);
    expect(listed(file)?.length).toBe(kind === 'dos' ? 6 : 3);
    expect(await soundEntries(file, BYTES, kind, 512, read)).toEqual(listed(file));
  });

  const damages = TABLES.flatMap(([name, volume, words]) =>
    volume === 'mbr' || volume === 'gpt' ? [[name, volume === 'mbr' ? 'dos' : volume, words] as const] : [],
  );
  test.each(damages)('%s: as partx lists it, or left to it', async (_, kind, words) => {
    const file = disk(DISKS[kind]);
    const { status, stderr } = spawnSync('perl', [DAMAGE, file, ...words.split(' ')], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const now = kindOf(file);
    const own = now === 'dos' || now === 'gpt' ? await soundEntries(file, BYTES, now, 512, read) : undefined;
    expect(own ?? listed(file)).toEqual(listed(file));
  });

  test('dos: where anything is odd about it, it is partx that says what it is, or both say the same', async () => {
    const links = [0, ...LINKS.map((link) => link * 512)];
    const change = fc.record({
      link: fc.nat(links.length - 1),
      entry: fc.nat(3),
      field: fc.constantFrom('type', 'start', 'sectors', 'signature'),
      number,
      type,
    });
    let sound = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        const block = Buffer.from(DISKS.dos);
        for (const one of changes) {
          const at = (links[one.link] ?? 0) + 446 + 16 * one.entry;
          if (one.field === 'type') block.writeUInt8(one.type, at + 4);
          else if (one.field === 'signature') block.writeUInt16LE(one.number & 0xffff, (links[one.link] ?? 0) + 510);
          else block.writeUInt32LE(one.number, at + (one.field === 'start' ? 8 : 12));
        }
        const file = disk(block);
        if (kindOf(file) !== 'dos') return;
        const own = await soundEntries(file, BYTES, 'dos', 512, read);
        if (own === undefined) return;
        sound += 1;
        expect(own).toEqual(listed(file));
      }),
      { numRuns: Number(process.env['SOUND_RUNS'] ?? 100) },
    );
    expect(sound).toBeGreaterThan(10);
  });

  test('gpt: the same', async () => {
    const change = fc.record({
      at: fc.oneof(
        fc.constantFrom(12, 16, 24, 32, 40, 48, 72, 80, 84, 88).map((at) => 512 + at),
        fc
          .record({ entry: fc.nat(4), field: fc.constantFrom(0, 32, 40, 48) })
          .map(({ entry, field }) => 1024 + 128 * entry + field),
      ),
      number,
      high: fc.constantFrom(undefined, undefined, 0, 1, 0xffffffff),
    });
    let sound = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), fc.boolean(), async (changes, again) => {
        const block = Buffer.from(DISKS.gpt);
        for (const one of changes) {
          block.writeUInt32LE(one.number, one.at);
          if (one.high !== undefined) block.writeUInt32LE(one.high, one.at + 4);
        }
        const file = disk(again ? seal(block, 1) : block);
        if (kindOf(file) !== 'gpt') return;
        const own = await soundEntries(file, BYTES, 'gpt', 512, read);
        if (own === undefined) return;
        sound += 1;
        expect(own).toEqual(listed(file));
      }),
      { numRuns: Number(process.env['SOUND_RUNS'] ?? 100) },
    );
    expect(sound).toBeGreaterThan(5);
  });
});
