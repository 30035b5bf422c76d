import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NODE_SOURCES } from '../../hooks/build/node.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const { engines, devEngines } = JSON.parse(read('package.json')) as {
  readonly engines: { readonly node: string };
  readonly devEngines: { readonly runtime: { readonly version: string } };
};

/** What runs on the hosts, and what builds and tests it. */
const [hosts, developers] = [engines.node, devEngines.runtime.version].map((range) => range.replace('>=', ''));

test('one least version of Node.js is named everywhere', () => {
  const named = [...read('README.md').matchAll(/Node\.js (\d[\d.]*) or newer/g)].map(([, version]) => version);
  expect(named.slice(0, -1)).not.toEqual([]);
  for (const version of named) expect([hosts, developers]).toContain(version);
  expect(named.filter((version) => version === developers)).toHaveLength(1);
  // hooks/build/build.ts reads it from package.json: no number of its own.
  for (const file of ['hooks/build/build.ts', 'hooks/build/prologue.ts', 'hooks/build/prologue.sh']) {
    expect(read(file)).not.toMatch(/(node|Node\.js ?)1\d\.\d/);
  }
  // The oldest that the executables are tried on is the least one.
  expect(read('test/lab/node.ts')).toContain(`18: '${hosts}.`);
});

test('of what stands behind each hint a shell can make a `case`', () => {
  for (const { patterns, install } of NODE_SOURCES) {
    expect(install).toMatch(/^[\w ,.:/-]+$/);
    for (const pattern of patterns) expect(pattern).toMatch(/^[a-z*[\]-]+ [\d.*[\]-]+$/);
  }
});
