import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { readLabel } from '../../src/guests/lvm/label.ts';
import { type GuestMap, readableLvs } from '../../src/guests/lvm/maps.ts';
import { groupFrom, type GroupText } from '../../src/guests/lvm/metadata.ts';
import { parseText } from '../../src/guests/lvm/text.ts';
import { entriesIn } from '../../src/guests/table.ts';
import { read } from '../prober.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdstill-nested.'));
afterAll(() => rmSync(directory, { recursive: true }));

/** The first MiB of two physical volumes of one volume group, `my-guest`, made by LVM 2.03.16. */
const disks = ['first', 'second'].map((name) =>
  gunzipSync(readFileSync(new URL(`../fixtures/pv-2.03.16.${name}.gz`, import.meta.url))),
);
const BYTES = 60 * 1024 * 1024;

async function labelOf(content: Buffer, offset = 0) {
  const device = join(directory, 'disk');
  writeFileSync(device, Buffer.concat([Buffer.alloc(offset), content]));
  return readLabel({ device, offset, bytes: BYTES }, read);
}

function groupOf(metadata: string | undefined): GroupText {
  const text = parseText(metadata ?? '');
  const group = text && groupFrom(text);
  if (!group) throw new Error('no group');
  return group;
}

const first = disks[0] ?? Buffer.alloc(0);
const names: Readonly<Record<string, string>> = {
  Q2UUON5XU4PfN0F1qSR3UgOgAlAfPO7W: '254:0',
  kG5wbQKYejIBdInWhrf42B8VuZSWfa1n: '254:1',
};

/** As `dmsetup table` writes it. */
function tableOf({ name, lines }: GuestMap): readonly string[] {
  return lines.map(({ start, sectors, target, words }) => {
    const said = words.map((word) => {
      if (typeof word === 'string') return word;
      return 'map' in word ? word.map : `${names[word.physical] ?? word.physical} ${word.sector}`;
    });
    return [`${name}:`, start, sectors, target, ...said].join(' ');
  });
}

test('the physical volumes of a guest are read as LVM reads them', async () => {
  const labels = [await labelOf(first), await labelOf(disks[1] ?? first, 32_256)];
  expect(labels.map((label) => label?.uuid)).toEqual(Object.keys(names));
  const [one, other] = labels.map((label) => groupOf(label?.metadata));
  expect(other).toEqual(one);
  expect(one).toMatchObject({ name: 'my-guest', seqno: 17, extentSectors: 2048 });
});

test('the tables of its logical volumes are those that LVM made', async () => {
  const lvs = readableLvs(groupOf((await labelOf(first))?.metadata));
  const maps = new Map([...lvs].map(([name, lv]) => [name, 'maps' in lv ? lv.maps.flatMap(tableOf) : lv.refused]));
  // What `dmsetup table` said while they were active, with the names of the maps for numbers of devices.
  const pool = [
    'pool_tmeta: 0 4096 linear 254:0 71680',
    'pool_tdata: 0 32768 linear 254:0 38912',
    'pool/pool: 0 32768 thin-pool pool_tmeta pool_tdata 128 0 1 error_if_no_space',
  ];
  expect(Object.fromEntries(maps)).toEqual({
    root: ['root: 0 16384 linear 254:0 2048', 'root: 16384 8192 linear 254:1 2048'],
    swap: ['swap: 0 8192 linear 254:0 18432'],
    fast: ['fast: 0 16384 striped 2 128 254:0 26624 254:1 10240'],
    thin1: [...pool, 'thin1: 0 40960 thin pool/pool 1'],
    thin2: [...pool, 'thin2: 0 24576 thin pool/pool 2'],
    mir: 'is a mirror, which this version does not support',
    snap: 'is a snapshot that the guest took of swap',
  });
});

test('thin pools that lie on thin volumes, which lie on thin pools, are reported and not followed', () => {
  const id = 'a'.repeat(32);
  const segment = (words: string, index = 0) =>
    `segment${index + 1} { start_extent = ${index} extent_count = 1 ${words} }`;
  const thin = (pool: number, index: number) =>
    segment(`type = "thin" thin_pool = "pool${pool}" device_id = ${index}`, index);
  const lvs = Array.from({ length: 40 }, (_, level) => [
    `data${level} { status = ["VISIBLE"] ${thin(level + 1, 0)} ${level === 0 ? '' : thin(level + 1, 1)} }`,
    `meta${level} { status = [] ${segment('type = "striped" stripe_count = 1 stripes = ["pv0", 0]')} }`,
    `pool${level} { status = [] ${segment(`type = "thin-pool" metadata = "meta${level}" pool = "data${level}" chunk_size = 128`)} }`,
  ]).flat();
  const metadata = `contents = "Text Format Volume Group" version = 1
    vg { id = "${id}" seqno = 1 extent_size = 8 physical_volumes { pv0 { id = "${id}" pe_start = 8 pe_count = 9 } }
    logical_volumes { ${lvs.join('\n')} } }`;
  const found = [...readableLvs(groupOf(metadata))].map(([, lv]) => ('maps' in lv ? lv.maps : lv.refused));
  expect(found).toHaveLength(40);
  for (const reason of found) expect(reason).toMatch(/^its metadata is damaged: /);
});

test('names that LVM does not allow end no hook: longer than its own, or of what we call a pool', () => {
  const id = 'a'.repeat(32);
  const described = (vg: string, lv: string): string => `contents = "Text Format Volume Group" version = 1
    ${vg} { id = "${id}" seqno = 1 extent_size = 8 physical_volumes { pv0 { id = "${id}" pe_start = 8 pe_count = 9 } }
    logical_volumes { ${lv} { status = ["VISIBLE"] segment1 { type = "thin" start_extent = 0 extent_count = 1 thin_pool = "p" device_id = 1 } } } }`;
  const group = (vg: string, lv: string) => {
    const text = parseText(described(vg, lv));
    return text && groupFrom(text);
  };
  const longest = 'n'.repeat(127);
  expect(group(longest, longest)?.name).toBe(longest);
  expect(group(`${longest}n`, 'lv')).toBeUndefined();
  expect(group('vg', `${longest}n`)).toBeUndefined();
  const clash = group('vg', 'lv');
  const logical = new Map(
    [...(clash?.logical ?? [])].flatMap(
      ([, lv]) =>
        [
          ['lv', lv],
          ['p/pool', lv],
        ] as const,
    ),
  );
  const found = clash && readableLvs({ ...clash, logical }).get('lv');
  expect(found).toEqual({ refused: "its metadata is damaged: a volume is called 'p/pool'", harmless: false });
});

test('text of a guest is read whatever its length', () => {
  const half = 8 * 1024 * 1024;
  const [quotes, comments] = ['\\"'.repeat(half), '#\n'.repeat(half)];
  expect(parseText(`${comments} a = "${quotes}"`)?.values.get('a')).toBe('"'.repeat(half));
  expect(parseText(`a = "${quotes}`)).toBeUndefined();
});

test('a chain of logical partitions that goes on and on without one is lost, and not followed to its end', async () => {
  const device = join(directory, 'chain');
  const sector = (...entries: readonly (readonly [type: number, start: number])[]): Buffer => {
    const bytes = Buffer.alloc(512);
    for (const [index, [type, start]] of entries.entries()) {
      bytes.writeUInt8(type, 450 + 16 * index);
      bytes.writeUInt32LE(start, 454 + 16 * index);
      bytes.writeUInt32LE(type === 0 ? 0 : 1, 458 + 16 * index);
    }
    bytes.writeUInt16LE(0xaa55, 510);
    return bytes;
  };
  const links = (empty: number): Buffer =>
    Buffer.concat([
      sector([5, 1]),
      ...Array.from({ length: empty }, (_, index) => sector([0, 0], [5, index + 1])),
      sector([0x83, 1], [0x83, 2]),
    ]);
  writeFileSync(device, links(100));
  expect(await entriesIn(device, BYTES, 'dos', 512, read)).toEqual([5, 6]);
  writeFileSync(device, links(102));
  expect(await entriesIn(device, BYTES, 'dos', 512, read)).toEqual([5]);
});
