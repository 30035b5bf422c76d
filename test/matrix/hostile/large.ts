import fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { loadConfig } from '../../../src/config/load.ts';
import { sesam } from '../../../src/contracts/sesam.ts';
import { globProblem, lvProblem, mountProblem, taskNameProblem } from '../../../src/config/names.ts';
import { surelyNotConfigured } from '../../../src/config/precheck.ts';
import { readConfiguration } from '../../../src/config/configuration.ts';
import { parseDuration, parseSize } from '../../../src/config/units.ts';
import { encodeName } from '../../../src/core/model/names.ts';
import { escapeText } from '../../../src/core/text/escape.ts';
import { matchesGlob } from '../../../src/core/text/glob.ts';
import { shellWord } from '../../../src/core/text/shell.ts';
import { parseExport } from '../../../src/system/tools/blkid.ts';
import { parseReport } from '../../../src/system/tools/lvs.ts';
import { parseMountinfo } from '../../../src/system/kernel/mountinfo.ts';
import { parsePairs } from '../../../src/system/tools/partx.ts';
import { orFault, property, type Property } from './property.ts';
import { scratch } from './scratch.ts';

const BYTES = 100_000;

/** What an expression or a loop could begin with again and again; once more at the end, something that fits nowhere. */
const UNITS = [
  'a',
  '-',
  ' ',
  '\n',
  '\\',
  '"',
  "'",
  '=',
  '="',
  "='",
  'a=',
  'a="',
  'LVM2_',
  'LVM2_A',
  "LVM2_VG_UUID='",
  '\\040',
  '[',
  '[a',
  '[]',
  '*',
  '*a',
  '?*',
  '0',
  '1.',
  'DEVNAME=/dev/a\n\n',
  'NR="1" ',
  '17 24 0:5 / /a rw - ',
  '/',
  '../',
  '\u2028',
  '\ud800',
  '$(',
] as const;

/** Every function that goes over a text of others. A config is a file, so that its size has a limit, too. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  lvs: (stdout) => parseReport({ stdout }),
  // What damages a field of a line that is whole otherwise.
  'a UUID of lvs': (stdout) => parseReport({ stdout: WHOLE.replace('@', () => stdout) }),
  blkid: parseExport,
  partx: parsePairs,
  mountinfo: parseMountinfo,
  escape: escapeText,
  'a shell word': shellWord,
  'a file name': encodeName,
  'a pattern': (text) => matchesGlob('a'.repeat(127), text),
  'the check of a pattern': globProblem,
  'the check of an LV': lvProblem,
  'the check of a mount': mountProblem,
  'the check of a name': taskNameProblem,
  'a size': parseSize,
  'a time': parseDuration,
  'a configuration': (text) => withConfig(text),
  'many tasks': (text) =>
    withConfig(`version: 1\ntasks:\n${manyLines((n) => `  t${n}: ${JSON.stringify(text.slice(0, 20))}\n`)}`),
  'many mounts': () =>
    withConfig(`version: 1\ntasks:\n${manyLines((n) => `  t${n}: {path: /srv, mount: /mnt/${n}}\n`)}`),
  'many keys': (text) => withConfig(`version: 1\n${manyLines((n) => `${JSON.stringify(text.slice(0, 5) + n)}: 1\n`)}`),
};

const FIELDS = [
  'VG_NAME LV_NAME LV_ATTR LV_SIZE LV_LAYOUT LV_ROLE LV_ACTIVE ORIGIN ORIGIN_UUID POOL_LV LV_TAGS DATA_PERCENT',
  'METADATA_PERCENT LV_SNAPSHOT_INVALID LV_HEALTH_STATUS VG_FREE VG_EXTENT_SIZE LV_KERNEL_MAJOR LV_KERNEL_MINOR',
].flatMap((fields) => fields.split(' '));
const WHOLE = `${FIELDS.map((field) => `LVM2_${field}='1'`).join(' ')} LVM2_VG_UUID='@' LVM2_LV_UUID='@'`;

function manyLines(line: (number: number) => string): string {
  let lines = '';
  for (let number = 0; lines.length < BYTES; number += 1) lines += line(number);
  return lines;
}

async function withConfig(text: string): Promise<void> {
  const owner = process.getuid?.() ?? 0;
  const directory = path.join(scratch(), 'large');
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(directory, 'holdstill.yaml'), text, { mode: 0o600 });
  await orFault(() => surelyNotConfigured(directory, ['a', '-', 'b'], sesam.settings, owner));
  await orFault(() => loadConfig(readConfiguration(directory, { owner })));
}

const input = fc.record({
  reader: fc.constantFrom(...Object.keys(READERS)),
  begin: fc.constantFrom('', ...UNITS),
  unit: fc.constantFrom(...UNITS),
  end: fc.constantFrom('', '\0', 'b', "'"),
});

export const large: readonly Property[] = [
  property('100 kB of what an expression may try again and again', 40, input, async ({ reader, begin, unit, end }) => {
    await orFault(() => READERS[reader]?.(begin + unit.repeat(Math.floor(BYTES / unit.length)) + end));
  }),
];
