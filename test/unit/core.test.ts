import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatBytes } from '../../src/core/text/bytes.ts';
import { parseSelector } from '../../src/core/model/selection.ts';
import { mapsFor } from '../../src/core/run/devices.ts';
import { emptyOrigins, layOut, shortcoming } from '../../src/core/run/layout.ts';
import { encodeName } from '../../src/core/model/names.ts';
import type { Origin } from '../../src/core/model/snapshot.ts';
import { UNTOUCHED } from '../../src/core/model/quiesce.ts';
import type { Task } from '../../src/core/model/task.ts';
import { VERSION } from '../../src/core/model/version.ts';
import type { Inspector } from '../../src/core/ports/guests.ts';
import type { Content, Inspection, Volume } from '../../src/core/model/volume.ts';
import { refusal } from '../../src/guests/refusal.ts';
import { isGlob, matchesGlob } from '../../src/core/text/glob.ts';
import { growthOf, roomFor } from '../../src/providers/lvm/room.ts';
import { atMost, withNote, formatDuration } from '../../src/report/lines.ts';

const MIB = 1024 * 1024;

test('the version is that of package.json', () => {
  const text = fs.readFileSync(path.join(import.meta.dirname, '../../package.json'), 'utf8');
  expect((JSON.parse(text) as { version: string }).version).toBe(VERSION);
});

describe('a name in file names and tags', () => {
  test.each([
    ['Backup_XEN_vm1', 'Backup_XEN_vm1'],
    ['in.zekjur.net', 'in.zekjur.net'],
    ['a b', 'a=20b'],
    ['../x', '=2E.=2Fx'],
    ['ä', '=C3=A4'],
    ['a=20b', 'a=3D20b'],
    ['x\n', 'x=0A'],
  ])('%j', (name, encoded) => expect(encodeName(name)).toBe(encoded));

  test('long names are cut and stay different', () => {
    const [one, two] = [encodeName(`${'x'.repeat(300)}1`), encodeName(`${'x'.repeat(300)}2`)];
    expect(one).not.toBe(two);
    expect(one).toMatch(/^x{100}=:[0-9a-f]{16}$/);
  });
});

describe('a pattern for names', () => {
  test.each([
    ['domu-infra', 'domu-*', true],
    ['xdomu-infra', 'domu-*', false],
    ['vm1', 'vm?', true],
    ['vm12', 'vm?', false],
    ['vm1', 'vm[0-3]', true],
    ['vm4', 'vm[!0-3]', true],
    ['vm4', 'vm[^0-3]', true],
    ['prod', '[^t]*', true],
    ['test', '[^t]*', false],
    ['a.b', 'a?b', true],
    ['axb', 'a.b', false],
    ['a+b', 'a+b', true],
    ['a', '', false],
    ['[]', '[]', true],
    ['[!', '[!', true],
    ['a]', '[!]]', false],
    ['xa]', '?[!]]]', false],
    ['a!', 'a[!]', true],
    ['abcabd', 'a*b[d]', true],
    ['a'.repeat(127), `${'*a'.repeat(60)}b`, false],
  ])('%s against %s: %s', (name, glob, matches) => expect(matchesGlob(name, glob)).toBe(matches));

  test('a range that runs backwards is none', () => {
    expect([isGlob('[z-a]'), isGlob('[a-z]*')]).toEqual([false, true]);
  });
});

describe('the room for a snapshot', () => {
  test.each([
    ['auto, a fifth', { kind: 'auto' }, 10240 * MIB, 2048 * MIB],
    ['auto, at least 256 MiB', { kind: 'auto' }, 500 * MIB, 256 * MIB],
    ['auto, never more than it can use', { kind: 'auto' }, 64 * MIB, 68 * MIB],
    ['full: the origin and the list of its chunks', { kind: 'full' }, 100 * MIB, 104 * MIB],
    ['whole extents', { kind: 'bytes', bytes: 5 * MIB }, 100 * MIB, 8 * MIB],
    ['at least one extent', { kind: 'bytes', bytes: 1 }, 100 * MIB, 4 * MIB],
    ['percent', { kind: 'percent', percent: 10 }, 1000 * MIB, 100 * MIB],
  ] as const)('%s', (_, size, origin, room) => expect(roomFor(size, origin, 4 * MIB)).toBe(room));
});

test.each([
  ['there is room', '', 8, 100, /^when it is 70 % full, .* while v has room: 72\.0 MiB$/],
  ['others of the task take the rest', '', 8, 31, /^not possible, v has no room left$/],
  ['it is as large as can be', '', 104, 300, /^not needed/],
  ['it is thin', 'tp', 0, 100, /^the thin pool v\/tp holds it$/],
])('a snapshot can grow or not: %s', (_, pool, bytes, free, note) => {
  const row = { vg: 'v', pool, bytes: 100 * MIB, extentBytes: 4 * MIB, vgFreeBytes: free * MIB };
  const wanted = [
    { row, bytes: bytes * MIB },
    { row, bytes: 20 * MIB },
    { row: { vg: 'other' }, bytes: 500 * MIB },
  ];
  const growth = growthOf(row, bytes * MIB, wanted);
  expect(growth.note).toMatch(note);
  expect(growth.possible).toBe(note.source.startsWith('^when'));
});

describe('the layout of mounts', () => {
  const task: Task = {
    name: 't',
    source: { kind: 'lv', vg: 'v', lv: 'a' },
    mount: undefined,
    size: { kind: 'auto' },
    choice: { partitions: [], exclude: [] },
    skip: 'warn',
    trust: 'guest',
    keys: [],
    check: false,
    autoextend: true,
    quiescing: UNTOUCHED,
    timeoutMs: 1,
  };
  const each: Task = { ...task, source: { kind: 'each', vg: 'v', glob: '*', exclude: [] } };
  const origin = (name: string, directory: readonly string[] = []): Origin => ({
    provider: 'lvm',
    label: `v/${name}`,
    directory,
    bytes: 1,
    shape: 'device',
    device: `/dev/v/${name}`,
    subdirectory: undefined,
    asked: undefined,
    ref: {},
  });
  const content = (type: string | undefined): Content => ({ type, uuid: undefined, doubt: undefined });
  const whole = (type: string | undefined): Volume => ({
    looped: false,
    device: 'd',
    bytes: 1,
    table: undefined,
    content: content(type),
    partitions: [],
  });
  const disk = (...types: (string | undefined)[]): Volume => ({
    looped: false,
    device: 'd',
    bytes: 1,
    table: 'dos',
    content: content(undefined),
    partitions: types.map((type, index) => ({
      number: index + 1,
      extent: { device: 'd', offset: index, bytes: 1 },
      content: content(type),
    })),
  });
  const seen = (volumes: readonly Volume[]): Inspection => ({ volumes, groups: [], members: [], containers: [] });
  const points = (...args: Parameters<typeof layOut>) => layOut(...args).mounts.map(({ point }) => point);

  test('one file system is the mount itself', () => {
    expect(points(task, '/m', [origin('a')], seen([whole('ext4')]), new Map(), refusal)).toEqual(['/m']);
  });

  test('partitions keep their numbers, and swap is skipped', () => {
    const layout = layOut(task, '/m', [origin('a')], seen([disk('swap', 'ext3', 'ntfs')]), new Map(), refusal);
    expect(layout.mounts.map(({ point }) => point)).toEqual(['/m/p2', '/m/p3']);
    expect(layout.skipped).toMatchObject([{ label: 'v/a/p1', type: 'swap', harmless: true }]);
  });

  test('each has a directory per origin, even for a single one', () => {
    expect(points(each, '/m', [origin('a', ['a'])], seen([whole('ext4')]), new Map(), refusal)).toEqual(['/m/a']);
  });

  test('an origin of which nothing would be saved is named', () => {
    const origins = [origin('a'), origin('b')];
    const layout = layOut(each, '/m', origins, seen([whole('ext4'), disk('LVM2_member')]), new Map(), refusal);
    expect(emptyOrigins(origins, layout)).toEqual([expect.stringContaining('v/b/p1: holds LVM inside')]);
  });

  describe('what is asked for by name and is not there', () => {
    const wanting = (...partitions: readonly string[]): Task => ({
      ...task,
      keys: ['/key'],
      choice: { partitions: partitions.flatMap((one) => parseSelector(one) ?? []), exclude: [] },
    });
    const named = (label: string): Volume => ({ ...disk('ext4', 'crypto_LUKS'), partitions: labelled(label) });
    const labelled = (label: string): Volume['partitions'] =>
      disk('ext4', 'crypto_LUKS').partitions.map((one) =>
        one.number === 1 ? { ...one, content: { ...one.content, label } } : one,
      );
    const why = (wanted: Task, all: Inspection): string | undefined => {
      const layout = layOut(wanted, '/m', [origin('a')], all, new Map(), refusal);
      return shortcoming(wanted, [origin('a')], layout, [])?.message;
    };

    test('may be in what is encrypted, until no key has opened it', () => {
      const container = { kind: 'luks', volume: 0, partition: 2, also: [], maps: [] } as const;
      const closed: Inspection = { ...seen([named('root')]), containers: [container] };
      const tried: Inspection = {
        ...closed,
        members: [{ volume: 0, partition: 2, reason: 'no key', harmless: false }],
      };
      expect(why(wanting('LABEL=root', 'LABEL=data'), closed)).toBeUndefined();
      expect(why(wanting('LABEL=root', 'LABEL=data'), tried)).toContain('nothing matches LABEL=data');
      expect(why(wanting('1', 'LABEL=data'), tried)).toContain('nothing matches LABEL=data');
      expect(why(wanting('LABEL=root', '2'), tried)).toContain('v/a/p2: no key');
      expect(why(wanting('LABEL=root'), tried)).toBeUndefined();
    });

    test('is a snapshot that the guest took; by a pattern it is just not saved', () => {
      const lv = { bytes: 1, maps: [{ key: 'root', lines: [] }], content: content('ext4'), refused: undefined };
      const refused = { reason: 'is a snapshot that the guest took of root', harmless: true };
      const lvs = [
        { ...lv, name: 'root' },
        { ...lv, name: 'snap', maps: [], content: undefined, refused },
      ];
      const group = { volume: 0, partition: undefined, also: [], name: 'vg', lvs };
      const all: Inspection = { ...seen([whole('LVM2_member')]), groups: [group] };
      expect(why(wanting('LV=vg/root', 'LV=vg/snap'), all)).toContain('vg/snap: is a snapshot that the guest took');
      expect(why(wanting('LV=vg/*'), all)).toBeUndefined();
      expect(why(wanting(), all)).toBeUndefined();
    });
  });

  test.each([
    ['TYPE=crypto_LUKS', ['/m/vg/root']],
    ['TYPE=LVM2_member', ['/m/vg/root']],
    ['TYPE=ext4', ['/m/vg/root']],
    ['TYPE=swap', []],
  ])('%s, of an LV in what is encrypted: devices are made of just what is mounted', (text, shown) => {
    const lvs = [
      { name: 'root', bytes: 1, maps: [{ key: 'root', lines: [] }], content: content('ext4'), refused: undefined },
    ];
    const groups = [{ volume: 1, partition: undefined, also: [], name: 'vg', lvs }];
    const opened: Volume = { ...whole('LVM2_member'), within: { volume: 0, partition: undefined } };
    const all: Inspection = { ...seen([whole('crypto_LUKS'), opened]), groups };
    const selectors = [parseSelector(text)].flatMap((one) => one ?? []);
    const only: Task = { ...task, keys: ['/key'], choice: { partitions: selectors, exclude: [] } };
    const without: Task = { ...only, choice: { partitions: [], exclude: selectors } };
    const made = (wanted: Task) => mapsFor(all, wanted, { inspector: { refusal } as Inspector }).map(({ key }) => key);
    expect(points(only, '/m', [origin('a')], all, new Map(), refusal)).toEqual(shown);
    expect(made(only)).toEqual(shown.length > 0 ? ['root'] : []);
    expect(points(without, '/m', [origin('a')], all, new Map(), refusal)).toHaveLength(1 - shown.length);
    expect(made(without)).toHaveLength(1 - shown.length);
  });

  test('swap alone is not a reason to refuse the others, but a task of swap alone is refused', () => {
    const origins = [origin('a'), origin('b')];
    expect(
      emptyOrigins(origins, layOut(each, '/m', origins, seen([whole('ext4'), whole('swap')]), new Map(), refusal)),
    ).toEqual([]);
    expect(
      emptyOrigins([origin('a')], layOut(each, '/m', [origin('a')], seen([whole('swap')]), new Map(), refusal)),
    ).toHaveLength(1);
  });
});

describe('words for people', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [64 * MIB, '64.0 MiB'],
    [1024 ** 5 * 3, '3.0 PiB'],
  ])('%d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  test.each([
    [600, '0.6 s'],
    [59_960, '1 min'],
    [41 * 60_000, '41 min'],
    [185 * 60_000, '3 h 5 min'],
    [49 * 3_600_000, '2 d 1 h'],
  ])('%d ms', (ms, text) => expect(formatDuration(ms)).toBe(text));

  test('more lines than there is room for are counted', () => {
    expect(atMost(3, 'mount', ['1', '2', '3', '4', '5'], 'x')).toEqual(['1', '2', '  mount     and 3 more: x']);
    expect(atMost(3, 'mount', ['1', '2', '3'], 'x')).toEqual(['1', '2', '3']);
  });

  test('a note has a line of its own while there is room, and is never lost', () => {
    expect(withNote(['1'], 'x\n')).toEqual(['1', '  note      x\\n']);
    expect(withNote(['1'], undefined)).toEqual(['1']);
    const full = Array.from({ length: 14 }, (_, index) => String(index));
    expect(withNote(full, 'x')).toEqual([...full.slice(0, 13), '13; x']);
  });
});
