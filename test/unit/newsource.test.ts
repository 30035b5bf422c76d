import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onOff, text } from '../../src/config/forms.ts';
import type { SourceEntry } from '../../src/config/sources/entry.ts';
import { sources } from '../../src/config/sources/sources.ts';
import type { SourceOf } from '../../src/core/model/task.ts';
import type { Provider } from '../../src/core/ports/provider.ts';
import { resolveAll } from '../../src/core/run/storages.ts';
import { describeMeans } from '../../src/config/quiesce/form.ts';
import { configText } from '../../src/report/config.ts';

/* A source that holdstill does not know, as an entry in a file of its own would be. */
declare module '../../src/core/model/task.ts' {
  interface SourceKinds {
    readonly tape: { readonly reel: string; readonly loop: boolean };
  }
}

const EXPECTED = 'must be the name of a reel, for example r1';
const tape: SourceEntry<SourceOf<'tape'>, string> = {
  key: 'tape',
  form: text(EXPECTED, (value) => (/^r\d+$/.test(value) ? undefined : EXPECTED))
    .describe('The reel.')
    .meta({ examples: ['r1'] }),
  own: { loop: onOff().default(false).describe('Without an end.') },
  without: ['size', 'keys'],
  excludes: ['paths'],
  trust: 'host',
  from: (reel, { loop }) => ({ kind: 'tape', reel, loop: loop === true }),
  describe: ({ reel, loop }) => ({ text: `tape ${reel}`, own: { loop: String(loop) } }),
  saved: ({ reel }) => ({ namespace: 'tape', name: reel }),
  doubt: ({ reel }) => (reel === 'r0' ? 'is mostly empty' : undefined),
};

/* And what of a provider of it is asked here. */
const provider: Pick<Provider, 'kind' | 'resolve'> = {
  kind: 'tape',
  async resolve(source) {
    if (source.kind !== 'tape') return undefined;
    const ref = { reel: source.reel };
    const origin = { provider: 'tape', label: source.reel, directory: [], bytes: 0, device: '/dev/st0' };
    return { origins: [{ ...origin, shape: 'image', subdirectory: undefined, asked: undefined, ref }], leftOut: [] };
  },
};

/* Its line in the list. The files of unit tests share their modules, so none is taken from another, nor left to one. */
const list = '../../src/config/sources/sources.ts';
vi.resetModules();
vi.doMock(list, () => ({ sources: [...sources, tape] }));
const { loadConfig, loadTask } = await import('../../src/config/load.ts');
const { configReference } = await import('../../src/config/reference.ts');
const { jsonSchema } = await import('../../src/config/schema.ts');
const { readConfiguration } = await import('../../src/config/configuration.ts');
const { describeSource } = await import('../../src/config/sources/lookup.ts');
const { warningsOf } = await import('../../src/config/warnings.ts');

afterAll(() => {
  vi.doUnmock(list);
  vi.resetModules();
});

let directory: string;
beforeEach(() => {
  // The temporary directory itself is writable for all, which no configuration may lie in.
  directory = mkdtempSync(join(import.meta.dirname, 'newsource-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function configurationOf(tasks: string) {
  writeFileSync(join(directory, 'holdstill.yaml'), `version: 1\ntasks:\n${tasks}\n`, { mode: 0o600 });
  return readConfiguration(directory, { owner: process.getuid?.() ?? 0 });
}

test('a task with it is loaded, and its provider resolves it', async () => {
  const { task } = loadTask(configurationOf('  t: {tape: r7, loop: true}'), 't');
  expect(task).toMatchObject({ source: { kind: 'tape', reel: 'r7', loop: true }, trust: 'host', skip: 'warn' });
  const { origins, unclaimed } = await resolveAll([task.source], [provider as Provider]);
  expect(unclaimed).toBeUndefined();
  expect(origins).toMatchObject([{ provider: 'tape', label: 'r7', ref: { reel: 'r7' } }]);
});

test.each([
  ['{tape: 7}', '13: tasks.t.tape: is 7, must be the name of a reel, for example r1'],
  [
    '{}',
    '3: tasks.t: has none of lv, path, each, file, subvolume, vm, tape; give exactly one, for example lv: system/xenvm',
  ],
  ['{tape: r1, lv: a/b}', '3: tasks.t: has lv and tape; give exactly one of lv, path, each, file, subvolume, vm, tape'],
  ['{tape: r1, size: 1G}', '23: tasks.t.size: is "1G", but has no effect for tape'],
  ['{tape: r1, copy: true}', '23: tasks.t.copy: is true, but has no effect for tape'],
  ['{lv: a/b, loop: true}', '22: tasks.t.loop: is true, but has no effect for lv'],
  ['{tape: r1, exclude: [3]}', '27: tasks.t.exclude.0: is 3, but has no effect for tape'],
  ['{tapes: r1, lv: a/b}', '7: tasks.t.tapes: unknown key, did you mean "tape"?'],
])('what is wrong with it is reported: %s', (record, line) => {
  expect(() => loadConfig(configurationOf(`  t: ${record}`))).toThrow(`${directory}/holdstill.yaml:3:${line}`);
});

test('what is hardly intended is reported', () => {
  const found = configurationOf('  a: {tape: r0}\n  b: {tape: r1}\n  c: {tape: r1}');
  const warnings = warningsOf(found, loadConfig(found).tasks).map((line) => line.replaceAll(`${directory}/`, ''));
  expect(warnings).toEqual([
    'holdstill.yaml:3:13: tasks.a.tape: is mostly empty',
    'holdstill.yaml:5:3: tasks.c: saves the same as task "b" at holdstill.yaml:4:3',
  ]);
});

test('people find it in all that is made of the keys', () => {
  const { tasks } = loadConfig(configurationOf('  t: {tape: r1}'));
  const shown = configText([...tasks.values()], describeSource, describeMeans);
  expect(shown).toMatch(/^t +tape r1\n/);
  expect(shown).toMatch(/\n {2}loop +false\n/);
  expect(shown).not.toMatch(/\n {2}(size|keys)/);
  const reference = configReference();
  expect(reference).toContain('| `tasks.NAME.tape` | `r1` |  | The reel. |');
  expect(reference).toContain('| `tasks.NAME.loop` | `true`, `false` | `false` | Without an end. |');
  expect(reference).toContain('`host` (default for `path`, `subvolume` and `tape`)');
  expect(JSON.stringify(jsonSchema())).toContain('{"required":["vm"]},{"required":["tape"]}]');
});
