import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { contracts } from '../../src/contracts/contracts.ts';
import type { Contract } from '../../src/core/ports/contract.ts';
import type { Settings } from '../../src/core/model/setting.ts';

/* A backup product that holdstill does not know, as a contract in a file of its own would be. */
const settings = {
  drive: {
    type: 'word',
    pattern: /^nst\d$/,
    expected: 'must be a tape, for example nst0',
    examples: ['nst0'],
    text: 'The tape.',
  },
  speed: { type: 'one of', values: ['slow', 'fast'], default: 'slow', text: 'How fast it turns.', onlyForOurs: true },
  eject: { type: 'switch', default: false, text: 'Ejects the tape.' },
  before: { type: 'script', examples: ['/opt/tapeworm/pre'], text: 'Called first.' },
} as const satisfies Settings;

const tapeworm: Contract<typeof settings> = {
  product: 'tapeworm',
  title: 'Tapeworm',
  section: 'tapeworm',
  sectionText: 'How the hooks for Tapeworm behave.',
  settings,
  serves: 'all jobs',
  usage: { open: 'pre', close: 'post' },
  decode: ({ phase, settings: { drive } }) => ({ phase, candidates: drive === undefined ? [] : [drive] }),
  encode: (_, { eject }) => ({ stdout: '', stderr: '', exit: eject === true ? 1 : 0 }),
};

/* Its line in the list. The files of unit tests share their modules, so none is taken from another, nor left to one. */
const list = '../../src/contracts/contracts.ts';
vi.resetModules();
vi.doMock(list, () => ({ contracts: [...contracts, tapeworm] }));
const { loadConfig } = await import('../../src/config/load.ts');
const { surelyNotConfigured } = await import('../../src/config/precheck.ts');
const { configReference } = await import('../../src/config/reference.ts');
const { readConfiguration } = await import('../../src/config/configuration.ts');

afterAll(() => {
  vi.doUnmock(list);
  vi.resetModules();
});

const owner = process.getuid?.() ?? 0;
let directory: string;
beforeEach(() => {
  // The temporary directory itself is writable for all, which no configuration may lie in.
  directory = mkdtempSync(join(import.meta.dirname, 'newproduct-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function configurationOf(section: string) {
  writeFileSync(join(directory, 'holdstill.yaml'), `version: 1\n${section}\n`, { mode: 0o600 });
  return readConfiguration(directory, { owner });
}

test('its section is understood, with its defaults', () => {
  const configuration = configurationOf('tapeworm: {drive: nst1, eject: true}');
  expect(loadConfig(configuration).sections['tapeworm']).toEqual({ drive: 'nst1', speed: 'slow', eject: true });
  expect(configuration.faultFor('any')).toBeUndefined();
});

test.each([
  ['{drive: st0}', '2:19: tapeworm.drive: is "st0", must be a tape, for example nst0'],
  ['{speed: 3}', '2:19: tapeworm.speed: is 3, must be slow or fast'],
  ['{eject: "no"}', '2:19: tapeworm.eject: is "no", must be true or false'],
  ['{before: pre}', '2:20: tapeworm.before: is "pre", must be an absolute path, for example /srv/data'],
  ['{drives: nst0}', '2:12: tapeworm.drives: unknown key, did you mean "drive"?'],
])('what is wrong in it is reported: %s', (section, line) => {
  expect(() => loadConfig(configurationOf(`tapeworm: ${section}`))).toThrow(`${directory}/holdstill.yaml:${line}`);
});

test('its hooks read what is right of it, and see that a script is wrong', () => {
  const configuration = configurationOf('tapeworm: {drive: st0, speed: never, eject: 1, before: [x], more: 1}');
  expect(configuration.settings(tapeworm)).toEqual({ drive: 'st0', before: '' });
});

test('calls for the tasks of others pay only for the settings that mean something for them', () => {
  configurationOf('tapeworm: {speed: fast}');
  expect(surelyNotConfigured(directory, ['other'], settings, owner)).toBe(true);
  configurationOf('tapeworm: {eject: true}');
  expect(surelyNotConfigured(directory, ['other'], settings, owner)).toBe(false);
});

test('the reference has its rows', () => {
  const reference = configReference();
  expect(reference).toContain('| `tapeworm` | a map |  | How the hooks for Tapeworm behave. |');
  expect(reference).toContain('| `tapeworm.drive` | `nst0` |  | The tape. |');
  expect(reference).toContain('| `tapeworm.speed` | `slow`, `fast` | `slow` | How fast it turns. |');
  expect(reference).toContain('fails, except for SEP sesam and Tapeworm: see');
});
