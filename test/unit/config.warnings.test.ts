import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { readConfiguration } from '../../src/config/configuration.ts';
import { warningsOf } from '../../src/config/warnings.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'holdstill-warnings-'));
  mkdirSync(path.join(directory, 'tasks.d'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function warnings(tasks: string, more: Readonly<Record<string, string>> = {}): readonly string[] {
  const files = { 'holdstill.yaml': `version: 1\n${tasks === '' ? '' : `tasks:\n${tasks}\n`}`, ...more };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text, { mode: 0o600 });
  const configuration = readConfiguration(directory, { owner: process.getuid?.() ?? 0 });
  return warningsOf(configuration, loadConfig(configuration).tasks).map((line) => line.replaceAll(`${directory}/`, ''));
}

const saves = (first: string, at = '3:3'): string => `saves the same as task "${first}" at holdstill.yaml:${at}`;

test.each([
  ['nothing to warn of', '  a: {lv: vg0/a, size: 1G, timeout: 90}\n  b: {lv: vg0/b, timeout: 20s}\n  c: /srv/c', []],
  ['no task at all', '', ['holdstill.yaml:1:1: tasks: no task is configured, so holdstill has nothing to do']],
  [
    'a short time without a unit',
    '  a: {lv: vg0/a, timeout: 10}',
    ['holdstill.yaml:3:27: tasks.a.timeout: is 10, and plain numbers are seconds; write 10m or 10s'],
  ],
  [
    'images of another format',
    `  a: {file: '/images/*.QCOW2'}`,
    ['holdstill.yaml:3:13: tasks.a.file: looks like images in the format qcow2; only raw ones can be looked into'],
  ],
  ['raw images with names of others', `  a: {file: /images/vm-flat.vmdk}\n  b: {file: /images/fixed.vhd}`, []],
  ['two tasks on one LV', '  a: {lv: vg0/a}\n  b: {lv: /dev/vg0/a}', [`holdstill.yaml:4:3: tasks.b: ${saves('a')}`]],
  [
    'the same path, also as a subvolume',
    '  a: /srv/data\n  b: {subvolume: /srv/data/}',
    [`holdstill.yaml:4:3: tasks.b: ${saves('a')}`],
  ],
  [
    'an LV that a pattern matches',
    '  a: {lv: vg0/web-1}\n  b: {each: {lv: vg0/web-*}}',
    [`holdstill.yaml:4:3: tasks.b: ${saves('a')}`],
  ],
  [
    'an LV that a pattern is called like and leaves out',
    '  a: {lv: vg0/a}\n  b: {each: {lv: vg0/a, exclude: [a]}}',
    [],
  ],
  ['a path and an image of one name', '  a: /i/a\n  b: {file: /i/a}', []],
  ['an LV that a pattern leaves out', '  a: {lv: vg0/web-1}\n  b: {each: {lv: vg0/web-*, exclude: [web-1]}}', []],
  [
    'a pattern in a wider one',
    '  a: {each: {lv: vg0/*}}\n  b: {each: {lv: vg0/web-*}}',
    [`holdstill.yaml:4:3: tasks.b: ${saves('a')}`],
  ],
  [
    'an image that a pattern matches',
    `  a: {file: '/i/*/*.img'}\n  b: {file: /i/x/1.img}\n  c: {file: /i/x/y/1.img}`,
    [`holdstill.yaml:4:3: tasks.b: ${saves('a')}`],
  ],
  ['parts of one disk', '  a: {lv: vg0/a, partitions: [1]}\n  b: {lv: vg0/a, partitions: [2]}', []],
  ['volumes of two groups', '  a: {lv: vg0/a}\n  b: {lv: vg1/a}\n  c: {each: {lv: vg2/*}}', []],
])('%s', (_, tasks, expected) => {
  expect(warnings(tasks)).toEqual(expected);
});

test('files that are not read, as far as somebody may think that they are', () => {
  mkdirSync(path.join(directory, 'tasks.d/old'));
  mkdirSync(path.join(directory, 'task.d'));
  mkdirSync(path.join(directory, 'keys'));
  const more = {
    'tasks.d/a.yml': 'tasks: {b: /b}',
    'tasks.d/b.yaml': 'tasks: {b: /b}',
    'tasks.d/c.yaml.bak': '',
    'tasks.d/.d.yml': '',
    'tasks.yaml': '',
  };
  expect(warnings('  a: /a', more)).toEqual([
    'task.d: is not read: only holdstill.yaml and tasks.d/*.yaml are',
    'tasks.yaml: is not read: only holdstill.yaml and tasks.d/*.yaml are',
    'tasks.d/a.yml: is not read: its name must end in .yaml',
    'tasks.d/old: is not read: only files in tasks.d itself are',
  ]);
});

test('where nothing else is there, a file that is not read is named', () => {
  writeFileSync(path.join(directory, 'holdstill.yml'), 'version: 1', { mode: 0o600 });
  expect(() => readConfiguration(directory, { owner: process.getuid?.() ?? 0 })).toThrow(
    expect.objectContaining({
      code: 'config.missing',
      hint: `${directory}/holdstill.yml is not read: only holdstill.yaml and tasks.d/*.yaml are`,
    }) as Error,
  );
});
