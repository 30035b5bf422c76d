import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { isImage } from '../../src/guests/image.ts';
import { LAYERS } from '../../src/guests/layers.ts';
import { refusal } from '../../src/guests/refusal.ts';
import { purposeOf } from '../../src/guests/purposes.ts';
import { contentOf } from '../../src/guests/probe.ts';
import { WITNESSES } from '../../src/guests/spread.ts';
import type { Probe } from '../../src/system/tools/blkid.ts';
import { prober } from '../prober.ts';

/** What the tool and version in the file's name wrote, from the place on where a witness stands. */
function recorded(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`../fixtures/${name}.gz`, import.meta.url)));
}

const directory = mkdtempSync(join(tmpdir(), 'holdstill-kinds.'));
afterAll(() => rmSync(directory, { recursive: true }));

const NOTHING: Probe = {
  type: undefined,
  uuid: undefined,
  label: undefined,
  journal: undefined,
  table: undefined,
  blockBytes: undefined,
};

describe('a file system says itself whether it is all on this device', () => {
  const told = (type: string, block: Buffer): string | undefined => WITNESSES.get(type)?.tell(block);

  test.each([
    ['xfs', 'xfs-6.1.0.plain', undefined],
    ['xfs', 'xfs-6.1.0.log', /log on another device/],
    ['xfs', 'xfs-6.1.0.rt', /data on another device \(its realtime section\)/],
    ['jfs', 'jfs-1.1.15.plain', undefined],
    ['jfs', 'jfs-1.1.15.log', /log on another device/],
    ['f2fs', 'f2fs-1.15.0.one', undefined],
    ['f2fs', 'f2fs-1.15.0.two', /is on 2 devices/],
  ])('%s, %s', (type, name, reason) => {
    const said = told(type, recorded(name));
    if (reason === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(reason);
  });

  test('an xfs with zones on its own device is whole', () => {
    const block = recorded('xfs-6.1.0.rt');
    block.writeUInt32BE(block.readUInt32BE(216) | (1 << 9), 216);
    expect(told('xfs', block)).toMatch(/realtime/);
    block.writeBigUInt64BE(4096n, 288);
    expect(told('xfs', block)).toBeUndefined();
  });

  test('a bcachefs counts its devices', () => {
    const block = Buffer.alloc(512);
    block.writeUInt8(1, 123);
    expect(told('bcachefs', block)).toBeUndefined();
    block.writeUInt8(4, 123);
    expect(told('bcachefs', block)).toMatch(/one of 4 devices of a bcachefs/);
  });

  test('a btrfs counts its disks', () => {
    const block = Buffer.alloc(512);
    block.writeBigUInt64LE(1n, 0x88);
    expect(told('btrfs', block)).toBeUndefined();
    block.writeBigUInt64LE(3n, 0x88);
    expect(told('btrfs', block)).toMatch(/one of 3 disks of a btrfs/);
  });
});

describe('a partition that needs no file system by its type', () => {
  const BIOS_BOOT = '21686148-6449-6e6f-744e-656564454649';
  const refused = (found: Probe, type: string) => refusal(contentOf(found, purposeOf(type)), 'guest', []);

  test.each([
    [BIOS_BOOT, 'BIOS boot'],
    ['9e1a2d38-c612-4316-aa26-8b49521e5a8b', 'PReP boot'],
    ['0x41', 'PReP boot'],
    ['e3c9e316-0b5c-4db8-817d-f92df00215ae', 'Microsoft reserved'],
    ['5808c8aa-7e8f-42e0-85d2-e1e90434cfb3', 'LDM metadata'],
    ['8da63339-0007-60c0-c436-083ac8230908', 'Linux reserved'],
    ['6a945a3b-1dd2-11b2-99a6-080020736631', 'Solaris reserved'],
    ['0657fd6d-a4ab-43c4-84e5-0933c84b4f4f', 'Linux swap'],
    ['0x82', 'Linux swap'],
  ])('%s is named and no loss', (type, name) => {
    const told = refused(NOTHING, type);
    expect(told?.harmless).toBe(true);
    expect(told?.reason).toContain(name);
  });

  test('all others are a loss: a file system could have been there', () => {
    for (const type of [
      '0x83',
      '0xef',
      'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
      '0fc63daf-8483-4772-8e79-3d69d8477de4',
    ]) {
      expect(refused(NOTHING, type)).toEqual({ reason: 'no file system was found in it', harmless: false });
    }
  });

  test('what is known in one is what it is: mounted, or a loss', () => {
    expect(refused({ ...NOTHING, type: 'ext4' }, BIOS_BOOT)).toBeUndefined();
    expect(refused({ ...NOTHING, type: 'zfs_member' }, BIOS_BOOT)).toMatchObject({ harmless: false });
    expect(refused({ ...NOTHING, table: 'dos' }, BIOS_BOOT)).toMatchObject({ harmless: false });
    expect(refusal(contentOf({ doubt: `can't be read (EIO)` }, purposeOf(BIOS_BOOT)), 'guest', [])).toEqual({
      reason: `can't be read (EIO)`,
      harmless: false,
    });
  });
});

describe('DRBD keeps its own data at the end of what it shows', () => {
  const BYTES = 60 * 1024 * 1024;
  const layer = LAYERS.get('drbd');
  const shown = (block: Buffer, bytes = BYTES) => layer?.shown(block, bytes);
  const FLAGS = 56;

  test.each(['v08', 'v09'])('%s: all that it shows, where it was up to date', (version) => {
    expect(layer?.place(BYTES + 512)).toEqual({ at: BYTES - 4096, bytes: 4096 });
    expect(shown(recorded(`drbd-9.22.0.${version}`))).toBe(122_792 * 512);
  });

  test.each(['v08.new', 'v09.new'])('%s: one that was never filled is reported', (version) => {
    expect(shown(recorded(`drbd-9.22.0.${version}`))).toMatch(/DRBD device, and its data are inconsistent/);
  });

  test('out of date, larger than its device, or of an unknown kind: reported', () => {
    const block = recorded('drbd-9.22.0.v08');
    expect(shown(block, 32 * 1024 * 1024)).toMatch(/damaged/);
    block.writeUInt32BE(1, FLAGS);
    expect(shown(block)).toMatch(/out of date/);
    block.writeUInt32BE(0x83740270, FLAGS + 4);
    expect(shown(block)).toMatch(/damaged/);
  });
});

describe('a mirror of Intel keeps its own data at the end, too', () => {
  const BYTES = 64 * 1024 * 1024;
  const layer = LAYERS.get('isw_raid_member');
  const MAP = 0xd8 + 2 * 48 + 112;
  /** The recorded block with a byte of the first map, and the sum that it has then. */
  const shown = (at?: number, value = 0) => {
    const block = recorded('mdadm-4.2.imsm');
    if (at !== undefined) {
      const old = block.readUInt32LE(at - (at % 4));
      block.writeUInt8(value, at);
      block.writeUInt32LE((block.readUInt32LE(0x20) + block.readUInt32LE(at - (at % 4)) - old) >>> 0, 0x20);
    }
    return layer?.shown(block, BYTES);
  };

  test('one that is in sync shows its volume of 40 MiB', () => {
    expect(layer?.place(BYTES)).toEqual({ at: BYTES - 1024, bytes: 1024 });
    expect(shown()).toBe(40 * 1024 * 1024);
  });

  test('one that is not, or is not a mirror, or does not begin with its disk, or is damaged: reported', () => {
    expect(shown(MAP + 14, 2)).toMatch(/not in sync/);
    expect(shown(MAP - 112 + 88, 1)).toMatch(/not in sync/);
    expect(shown(MAP + 15, 5)).toMatch(/of level 5/);
    expect(shown(MAP, 8)).toMatch(/does not begin with its disk/);
    const damaged = recorded('mdadm-4.2.imsm');
    damaged.writeUInt8(7, MAP);
    expect(layer?.shown(damaged, BYTES)).toMatch(/damaged/);
  });
});

describe('an image that boots from a disk and from a CD has a table of its own', () => {
  const first = (start: number, sectors: number): Buffer => {
    const sector = Buffer.alloc(512);
    sector.writeUInt32LE(start, 446 + 16 + 8);
    sector.writeUInt32LE(sectors, 446 + 16 + 12);
    return sector;
  };
  const image = (second: boolean): string => {
    const file = join(directory, `image-${second}`);
    const bytes = Buffer.alloc(128 * 1024);
    bytes.write('CD001', 32_769);
    if (second) bytes.write('CD001', 32_768 + 32_769);
    writeFileSync(file, bytes);
    return file;
  };

  test('a partition that begins with it, or with its second descriptor', async () => {
    expect(await isImage(first(0, 6144), image(false), 0, prober)).toBe(true);
    expect(await isImage(first(64, 100), image(true), 0, prober)).toBe(true);
  });

  test('an old image under a new table has none', async () => {
    expect(await isImage(first(2048, 6144), image(false), 0, prober)).toBe(false);
    expect(await isImage(first(0, 0), image(false), 0, prober)).toBe(false);
  });
});
