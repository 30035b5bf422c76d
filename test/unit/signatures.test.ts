import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { probeAlike } from '../../src/guests/probe.ts';
import { fills } from '../../src/guests/reach.ts';
import { aroundLuks, aroundTheEnd, besideZfs } from '../../src/guests/signatures.ts';
import { lookUnnamed } from '../../src/guests/unnamed.ts';
import { prober, unhurried } from '../prober.ts';
import type { Command, Exec } from '../../src/system/command.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdstill-signatures.'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The first sector that mkfs.xfs 6.1.0 wrote on 320 MiB. */
const XFS = gunzipSync(readFileSync(new URL('../fixtures/xfs-6.1.0.plain.gz', import.meta.url)));
const BYTES = 320 * 1024 * 1024;
const ZFS_MARK = Buffer.from('0cb1ba0000000000', 'hex');
const LUKS = Buffer.from('4c554b53babe0002', 'hex');

let files = 0;
/** A file with these bytes at these places, and nothing else. */
function disk(bytes: number, ...pieces: readonly (readonly [at: number, content: Buffer])[]) {
  const device = join(directory, `disk${files++}`);
  const fd = openSync(device, 'w');
  ftruncateSync(fd, bytes);
  for (const [at, content] of pieces) writeSync(fd, content, 0, content.length, at);
  closeSync(fd);
  return { device, offset: 0, bytes, whole: true };
}

/** An emulation of blkid and partx: what they print of this device, whatever they are asked. */
function saying(device: string, blkid: readonly string[], partx: readonly string[] = []): Exec {
  const lines = [`DEVNAME=${device}`, ...blkid, ''].join('\n');
  const table = partx.map((line) => `${line}\n`).join('');
  return {
    ...unhurried,
    run: <T>({ tool, parse }: Command<T>): Promise<T> =>
      Promise.resolve(parse({ status: 0, stdout: tool === 'blkid' ? lines : table, stderr: '' })),
  };
}

describe('what stands at the end of a file system that fills its place is a part of it', () => {
  test('an xfs says how long it is', async () => {
    expect(await fills('xfs', disk(BYTES, [0, XFS]), prober)).toBe(true);
    expect(await fills('xfs', disk(BYTES + 4096, [0, XFS]), prober)).toBe(false);
    expect(await fills('vfat', disk(BYTES, [0, XFS]), prober)).toBe(false);
  });

  test('a word by which libblkid knows a RAID of firmware, and the magic of DRBD', async () => {
    const full = disk(BYTES, [0, XFS]);
    for (const type of ['nvidia_raid_member', 'drbd']) {
      expect(await aroundTheEnd(type, full, saying(full.device, ['TYPE=xfs']))).toMatchObject({ type: 'xfs' });
    }
    const longer = disk(BYTES + 1024 * 1024, [0, XFS]);
    expect(await aroundTheEnd('drbd', longer, saying(longer.device, ['TYPE=xfs']))).toBeUndefined();
  });

  test('a software RAID has checksums: it is one', async () => {
    const full = disk(BYTES, [0, XFS]);
    expect(await aroundTheEnd('linux_raid_member', full, saying(full.device, ['TYPE=xfs']))).toBeUndefined();
  });

  test('the last partition of a disk, if it reaches to its end', async () => {
    const whole = disk(BYTES);
    const last = (sectors: number) => [`NR="1" START="2048" SIZE="${(sectors - 2048) * 512}" TYPE="0x83"`];
    const found = (sectors: number) => aroundTheEnd('drbd', whole, saying(whole.device, ['PTTYPE=dos'], last(sectors)));
    expect(await found(BYTES / 512)).toMatchObject({ table: 'dos' });
    expect(await found(BYTES / 512 - 64)).toBeUndefined();
    const part = { ...whole, whole: false };
    expect(await aroundTheEnd('drbd', part, saying(whole.device, ['PTTYPE=dos'], last(BYTES / 512)))).toBeUndefined();
  });
});

describe('two signatures', () => {
  const END = BYTES - 256 * 1024 + 128 * 1024;

  test('what an earlier pool of ZFS left at the end, or a disk in a file, is not a pool', async () => {
    const spot = disk(BYTES, [0, XFS], [END, ZFS_MARK]);
    expect(await besideZfs(spot, saying(spot.device, ['TYPE=xfs']))).toMatchObject({ type: 'xfs' });
  });

  test('one at the start, too, may be a pool: reported by both names', async () => {
    for (const at of [128 * 1024, 384 * 1024 + 4096]) {
      for (const mark of [ZFS_MARK, Buffer.from(ZFS_MARK).reverse()]) {
        const spot = disk(BYTES, [0, XFS], [at, mark], [END, mark]);
        expect(await besideZfs(spot, saying(spot.device, ['TYPE=xfs']))).toBe('has signatures of xfs and of ZFS');
      }
    }
  });

  test('a pool in the last partition of a disk is not around it; one from its first sectors on is', async () => {
    const found = async (...marks: readonly number[]) => {
      const { device } = disk(BYTES, [450, Buffer.from([0x83])], ...marks.map((at) => [at, ZFS_MARK] as const));
      const told = ['TYPE=zfs_member', 'UUID=7', 'PTTYPE=dos'];
      return (await probeAlike([device], undefined, saying(device, told))).get(device);
    };
    expect(await found(END)).toMatchObject({ type: undefined, uuid: undefined, table: 'dos' });
    expect(await found(128 * 1024, END)).toMatchObject({ type: 'zfs_member', table: 'dos' });
  });

  test('others are reported as before', async () => {
    const spot = disk(BYTES, [0, XFS]);
    expect(await besideZfs(spot, saying(spot.device, []))).toBeUndefined();
  });

  test('an image in a file that is encrypted is not the file system around it', async () => {
    const around = disk(BYTES, [0, XFS], [16_384, LUKS]);
    expect(await aroundLuks(around, saying(around.device, ['TYPE=xfs']))).toMatchObject({ type: 'xfs' });
    const encrypted = disk(BYTES, [0, LUKS]);
    expect(await aroundLuks(encrypted, saying(encrypted.device, ['TYPE=xfs']))).toBeUndefined();
    // Its first header is damaged, and nothing else is there.
    const damaged = disk(BYTES, [16_384, LUKS]);
    expect(await aroundLuks(damaged, saying(damaged.device, []))).toBeUndefined();
  });
});

describe('what libblkid has no name for', () => {
  const BCACHEFS = Buffer.from('c68573f666ce90a9d96a60cf803df7ef', 'hex');

  test('a bcachefs, which it does not know before 2.39', async () => {
    const { device } = disk(BYTES, [4096 + 24, BCACHEFS]);
    expect(await lookUnnamed(device, 0, prober)).toMatchObject({ type: 'bcachefs' });
    expect(await lookUnnamed(device, 4096, prober)).toBeUndefined();
  });

  test('one whose checksum is wrong looks like what it was', async () => {
    const { device } = disk(BYTES, [0, Buffer.from('XFSB')], [65_536 + 1080, Buffer.from([0x53, 0xef])]);
    expect(await lookUnnamed(device, 0, prober)).toEqual({ doubt: 'looks like xfs, whose superblock is damaged' });
    expect(await lookUnnamed(device, 65_536, prober)).toEqual({ doubt: 'looks like ext, whose superblock is damaged' });
  });

  test('nothing, and what can not be read', async () => {
    expect(await lookUnnamed(disk(BYTES).device, 0, prober)).toBeUndefined();
    expect(await lookUnnamed(join(directory, 'gone'), 0, prober)).toMatchObject({
      doubt: expect.stringContaining('read'),
    });
  });
});
