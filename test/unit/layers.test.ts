import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { qcow2Header } from '../../src/foreign/qcow2.ts';
import { questions } from '../../src/foreign/questions.ts';
import type { Prober } from '../../src/system/command.ts';
import { layersOf } from '../../src/system/layers.ts';
import { EXPORT, exportName, showImage } from '../../src/system/tools/storagedaemon.ts';

/** The first kilobyte of images that qemu-img 7.2 made, by name; their headers are in it. */
const RECORDED = fs.readFileSync(path.join(import.meta.dirname, '../fixtures/qemu-img-7.2.qcow2.txt'), 'utf8');

let directory: string;
const at = (name: string): string => path.join(directory, name);

beforeAll(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'layers-'));
  for (const line of RECORDED.trim().split('\n')) {
    const [name = '', packed = ''] = line.split(' ');
    fs.writeFileSync(at(name), gunzipSync(Buffer.from(packed, 'base64')));
  }
  fs.copyFileSync(at('plain'), at('base.qcow2'));
  fs.writeFileSync(at('raw'), Buffer.alloc(1024));
  fs.symlinkSync(at('base.qcow2'), at('link'));
  for (const [name, place, value] of [
    ['corrupt', 79, 2],
    ['newer', 78, 1],
    ['version', 7, 4],
  ] as const) {
    const bytes = fs.readFileSync(at('plain'));
    bytes[place] = value;
    fs.writeFileSync(at(name), bytes);
  }
  fs.writeFileSync(at('cut'), fs.readFileSync(at('plain')).subarray(0, 60));
});

afterAll(() => fs.rmSync(directory, { recursive: true }));

describe('headers', () => {
  const GOOD = {
    bytes: 8 * 2 ** 20,
    backing: undefined,
    encrypted: false,
    corrupt: false,
    outside: false,
    unknown: false,
  };
  test.each([
    ['plain', GOOD],
    ['old', { ...GOOD, backing: 'base.qcow2' }],
    ['top', { ...GOOD, backing: 'base.qcow2' }],
    ['features', GOOD],
    ['outside', { ...GOOD, bytes: 2 ** 20, outside: true }],
    ['luks', { ...GOOD, bytes: 2 ** 20, encrypted: true }],
    ['shadow', { ...GOOD, backing: '/etc/shadow' }],
    ['nbd', { ...GOOD, backing: 'nbd://127.0.0.1' }],
    ['corrupt', { ...GOOD, corrupt: true }],
    ['newer', { ...GOOD, unknown: true }],
    ['version', { ...GOOD, unknown: true }],
    ['raw', undefined],
    ['cut', undefined],
  ])('%s', (name, header) => expect(qcow2Header({ file: at(name) })).toEqual(header));
});

/** A prober that looks for itself. */
const prober: Prober = {
  ask: (name, about) =>
    new Promise((resolve) => {
      const question = questions[name] as (what: typeof about) => never;
      resolve(question(about));
    }),
};

describe('layers', () => {
  const find = async (name: string, ...below: readonly (readonly [string, string])[]) => {
    const image = { path: at(name), below: below.map(([file, format]) => ({ file, format })) };
    const found = await layersOf(image, at(name), prober);
    return typeof found === 'string' ? found.replaceAll(`${directory}/`, '') : found;
  };

  test('one alone, and one on what the definition names', async () => {
    expect(await find('features')).toMatchObject({ bytes: 8 * 2 ** 20, layers: [{ format: 'qcow2' }] });
    const two = { layers: [{ file: at('top') }, { file: at('base.qcow2'), format: 'qcow2' }] };
    expect(await find('top', [at('base.qcow2'), 'qcow2'])).toMatchObject(two);
    // By another name.
    expect(await find('top', [at('link'), 'qcow2'])).toMatchObject({ layers: [{}, { file: at('link') }] });
  });

  test.each([
    [
      'shadow',
      [],
      "is a qcow2 image that names /etc/shadow below it, and the guest's definition does not; start the guest, or write a <backingStore> into its definition",
    ],
    [
      'shadow',
      [['raw', 'raw']],
      "is a qcow2 image that names /etc/shadow below it, and the guest's definition has raw there",
    ],
    ['top', [], /names base\.qcow2 below it, and the guest's definition does not/],
    ['plain', [['base.qcow2', 'qcow2']], "is a whole image, though the guest's definition has base.qcow2 below it"],
    ['json', [['raw', 'raw']], /names json:.* below it, which is no path of this host/],
    ['nbd', [['raw', 'raw']], 'is a qcow2 image that names nbd://127.0.0.1 below it, which is no path of this host'],
    ['outside', [], 'is a qcow2 image whose data are in another file (data_file)'],
    ['luks', [], 'is a qcow2 image that QEMU has encrypted; save it from inside the guest'],
    ['corrupt', [], /marked as corrupt/],
    ['newer', [], /features that holdstill does not know/],
    ['raw', [], 'is not in the format qcow2, as the definition says'],
    [
      'top',
      [['base.qcow2', 'vmdk']],
      'has base.qcow2 below it, which is a vmdk image; holdstill opens only raw and qcow2 ones',
    ],
    [
      'top',
      [
        ['base.qcow2', 'qcow2'],
        ['raw', 'raw'],
      ],
      "has base.qcow2 below it, which is a whole image, though the guest's definition has raw below it",
    ],
    [
      'top',
      [
        ['base.qcow2', 'raw'],
        ['raw', 'raw'],
      ],
      "has base.qcow2 below it, which is raw, and has raw below it in the guest's definition",
    ],
    ['top', [['gone', 'qcow2']], /^is a qcow2 image that names|^can't be looked at/],
  ] as const)('%s on %j is refused', async (name, below, why) => {
    const found = await find(name, ...below.map(([file, format]) => [at(file), format] as const));
    expect(found).toEqual(typeof why === 'string' ? why : expect.stringMatching(why));
  });

  test('a directory and a device below it are refused', async () => {
    expect(await find('top', [directory, 'raw'])).toMatch(/names base\.qcow2 below it, and/);
    fs.rmSync(at('base.qcow2'));
    fs.mkdirSync(at('base.qcow2'));
    expect(await find('top', [at('base.qcow2'), 'raw'])).toBe('has base.qcow2 below it, which is not a file');
  });
});

test('each layer is given by its file and its format, the lowest has none below it, and only the top is written to', () => {
  const layers = [
    { file: '/srv/a,b.qcow2', format: 'qcow2' },
    { file: '/srv/base', format: 'qcow2' },
  ];
  const { argv, within } = showImage(layers, exportName('0123abcd', '7'), '/run/x', false);
  const nodes = argv.filter((word) => word.startsWith('{')).map((word) => JSON.parse(word) as Record<string, unknown>);
  expect(nodes.map((node) => [node['node-name'], node['filename'] ?? node['backing'], node['read-only']])).toEqual([
    ['file1', '/srv/base', true],
    ['layer1', null, true],
    ['file0', '/srv/a,b.qcow2', false],
    ['layer0', 'layer1', false],
  ]);
  const word = argv.find((one) => EXPORT.test(one)) ?? '';
  expect(EXPORT.exec(word)?.slice(1)).toEqual(['0123abcd', '/run/x']);
  expect(within).toBeUndefined();
  expect(showImage([], 'x', '/run/x', true).within?.[0]).toBe('systemd-run');
});
