import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExport } from '../../src/system/tools/blkid.ts';
import { attachLoop } from '../../src/system/tools/losetup.ts';
import { lvremoveProven, mapperName } from '../../src/system/tools/lvm.ts';
import { parseReport } from '../../src/system/tools/lvs.ts';
import { parseFills } from '../../src/system/tools/dmsetup.ts';
import { mountAt, parseMountinfo } from '../../src/system/kernel/mountinfo.ts';
import { parsePairs } from '../../src/system/tools/partx.ts';
import { thinDeviceInTheWay, thinDeviceOf } from '../../src/system/tools/thin.ts';

/** What the tool and version in the file's name printed in the lab. */
function recorded(name: string): string {
  return fs.readFileSync(path.join(import.meta.dirname, '../fixtures', name), 'utf8');
}

describe('lvs', () => {
  const rows = parseReport({ stdout: recorded('lvs-2.03.16.report.txt') });
  const row = (name: string) => rows.find((one) => one.name === name);

  test('all LVs are read', () => {
    expect(rows.map(({ name }) => name)).toEqual([
      'disk',
      'gpt',
      'hs.0a1b2c3d.thin1',
      'hs.0a1b2c3d.xenvm',
      's2',
      'thin1',
      'tp',
      'xenvm',
    ]);
  });

  test('a snapshot has its tags, its origin and the UUID that device-mapper knows', () => {
    expect(row('hs.0a1b2c3d.xenvm')).toMatchObject({
      vg: 'system',
      uuid: 'LVM-rOVZS3Fw3Hol4iDjKa2vUdyvzKhy4clZTV9mjAvSQ2tPoSnAq4t0vvOMJSOHBkSR',
      origin: 'xenvm',
      originUuid: row('xenvm')?.uuid,
      tags: ['holdstill', 'holdstill.run=0a1b2c3d'],
      roles: ['public', 'snapshot', 'thicksnapshot'],
      bytes: 8388608,
      dataPercent: 0.2,
      invalid: false,
      active: true,
      number: '254:10',
    });
  });

  test('an origin and a pool are not snapshots', () => {
    expect(row('xenvm')).toMatchObject({ originUuid: '', dataPercent: undefined, invalid: false, pool: '' });
    expect(row('tp')).toMatchObject({ layout: ['thin', 'pool'], dataPercent: 9.58, metadataPercent: 10.94 });
    expect(row('hs.0a1b2c3d.thin1')).toMatchObject({ pool: 'tp', origin: 'thin1' });
  });

  test('an overflowed snapshot is invalid', () => {
    const overflowed = parseReport({ stdout: recorded('lvs-2.03.16.overflowed.txt') });
    expect(overflowed.filter(({ invalid }) => invalid).map(({ name }) => name)).toEqual(['hs.0a1b2c3d.xenvm']);
  });

  test('text of other commands is not an LV', () => {
    expect(parseReport({ stdout: '  Logical volume "x" created.\n\n' })).toEqual([]);
  });

  test('a removal names the UUIDs in the form of lvs', () => {
    const [uuid, originUuid] = [row('hs.0a1b2c3d.xenvm')?.uuid ?? '', row('xenvm')?.uuid ?? ''];
    const words = lvremoveProven({ vg: 'system', name: 'hs.1.x', tag: 'holdstill.run=1', originUuid, uuid });
    expect(words.join(' ')).toBe(
      'lvremove -qq -y --select lv_name=hs.1.x&&lv_tags=holdstill.run=1&&lv_role=snapshot&&lv_role!=thickorigin&&' +
        'origin_uuid=KhUMoG-kbgh-WgnZ-BfkN-2v3a-nmY9-XyOJ2a&&lv_uuid=TV9mjA-vSQ2-tPoS-nAq4-t0vv-OMJS-OHBkSR system',
    );
  });
});

describe('blkid', () => {
  test('a block is read for each device', () => {
    expect([...parseExport(recorded('blkid-2.38.1.export.txt'))]).toEqual([
      [
        '/dev/system/xenvm',
        { type: 'ext4', uuid: 'd8a8c01e-a017-446e-a094-62c2b8d927d7', table: undefined, blockBytes: 1024 },
      ],
      ['/dev/system/disk', { type: undefined, uuid: undefined, table: 'dos' }],
      ['/dev/system/gpt', { type: undefined, uuid: undefined, table: 'gpt' }],
    ]);
  });

  test('escaped characters come back', () => {
    expect(parseExport('DEVNAME=/dev/a\nTYPE=x\\ y\\\\\n').get('/dev/a')?.type).toBe('x y\\');
  });
});

describe('partx', () => {
  test('an MBR with a logical partition: bytes, and which is the container', () => {
    expect(parsePairs(recorded('partx-2.38.1.mbr.txt'))).toEqual([
      { number: 1, offset: 32256, bytes: 83886080, extended: false, type: '0x83' },
      { number: 2, offset: 84934656, bytes: 49283072, extended: true, type: '0x5' },
      { number: 5, offset: 85983232, bytes: 48234496, extended: false, type: '0x82' },
    ]);
  });

  test('a GPT', () => {
    expect(parsePairs(recorded('partx-2.38.1.gpt.txt'))?.map(({ offset }) => offset)).toEqual([1048576, 22020096]);
  });
});

describe('a tool that stopped in the middle of what it had to say', () => {
  // The places within its last line and within the first half, where whole lines are missing.
  const cuts = (text: string): readonly string[] =>
    [0, -8, -text.length / 2].map((cut) => text.trimEnd().slice(0, cut || undefined));

  test.each([
    ['lvs', cuts(recorded('lvs-2.03.16.report.txt')), (stdout: string): unknown => parseReport({ stdout })],
    ['blkid', cuts(recorded('blkid-2.38.1.export.txt')), parseExport],
    ['partx', cuts(recorded('partx-2.38.1.mbr.txt')), parsePairs],
  ])('%s is not believed', (_, texts, parse) => {
    for (const text of texts) expect(() => parse(text)).toThrow(/cut off/);
  });

  test('a report with a line that lacks fields is not believed', () => {
    const report = recorded('lvs-2.03.16.report.txt');
    expect(() => parseReport({ stdout: report.replace(/ LVM2_LV_TAGS='[^']*'/, '') })).toThrow(/damaged/);
  });

  test('losetup must name a loop device', () => {
    const parse = (stdout: string) => attachLoop('/dev/a/b', 0, 512, 512).parse({ status: 0, stdout, stderr: '' });
    expect(parse('/dev/loop7\n')).toBe('/dev/loop7');
    for (const text of ['', '/dev/lo', '/dev/loop7', 'x\n/dev/loop7\n'])
      expect(() => parse(text)).toThrow(/which loop/);
  });
});

describe('mountinfo', () => {
  const mounts = parseMountinfo(recorded('mountinfo-6.1.txt'));

  test('a blank in a path is read', () => {
    expect(mountAt('/mnt/a b', mounts)).toMatchObject({ id: 19, device: '254:0', type: 'ext4' });
  });

  test('who hears of its unmounting is read', () => {
    const line = (flags: string) => `36 35 98:0 /mnt1 /mnt2 rw,noatime ${flags}- ext3 /dev/root rw,errors=continue`;
    const [none, both] = parseMountinfo(`${line('')}\n${line('shared:7 master:2 propagate_from:1 ')}`);
    expect(none).toMatchObject({ id: 36, parent: 35, shared: undefined, master: undefined, type: 'ext3' });
    expect(both).toMatchObject({ shared: '7', master: '2', root: '/mnt1', source: '/dev/root' });
  });

  test('of two mounts at one place the later is on top', () => {
    const [first] = mounts.filter(({ point }) => point === '/srv/xenvm');
    expect(first && mountAt('/srv/xenvm', [...mounts, { ...first, id: 99 }])?.id).toBe(99);
  });
});

test('dmsetup: the fill of valid snapshots, by name', () => {
  const fills = parseFills(
    'vg0-data: 0 98304 snapshot-origin \nvg0-hs.1.data: 0 98304 snapshot 24/16384 16\nvg0-lost: 0 8 snapshot Invalid\n',
  );
  expect([...fills]).toEqual([['vg0-hs.1.data', { used: 24, total: 16_384 }]]);
  expect(mapperName('vm-group', 'vm--01')).toBe('vm--group-vm----01');
});

describe('devices of a thin pool', () => {
  const proof = { vg: 'vg0', name: 'a', tag: 'holdstill.run=1', originUuid: `LVM-${'a'.repeat(64)}`, uuid: undefined };
  const parsed = (stdout: string) => thinDeviceOf(proof).parse({ status: 0, stdout, stderr: '' });
  const [inactive = '', active = ''] = recorded('lvs-2.03.16.thin.txt').split(/(?<=\n)/);

  test('a snapshot has the number that its pool knows it by', () => {
    expect(parsed(inactive)).toEqual({ vg: 'vg0', pool: 'tp', id: '1', active: false });
    expect(parsed(active)).toEqual({ vg: 'vg0', pool: 'tp', id: '2', active: true });
    expect([parsed(''), parsed(inactive + active)]).toEqual([undefined, undefined]);
  });

  test('a report that was cut off anywhere lists none', () => {
    for (let end = 1; end < inactive.length; end += 1) {
      expect(() => parsed(inactive.slice(0, end))).toThrow('cut off');
    }
  });

  test("LVM's complaint of a device that is in the way names it", () => {
    const complaint = 'Thin pool vg0-tp-tpool (254:2) already contain thin device with device_id 3.';
    expect(thinDeviceInTheWay(['message ioctl failed: File exists', complaint])).toBe('3');
    expect(thinDeviceInTheWay(['anything else'])).toBeUndefined();
  });
});
