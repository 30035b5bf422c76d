import fs from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { loadConfig, loadTask } from '../../../src/config/load.ts';
import { plainPath } from '../../../src/config/names.ts';
import { surelyNotConfigured } from '../../../src/config/precheck.ts';
import { readConfiguration } from '../../../src/config/configuration.ts';
import { describeMeans } from '../../../src/config/quiesce/form.ts';
import { describeSource } from '../../../src/config/sources/lookup.ts';
import { generic } from '../../../src/contracts/generic.ts';
import { sesam } from '../../../src/contracts/sesam.ts';
import { isFault } from '../../../src/core/model/fault.ts';
import { configText } from '../../../src/report/config.ts';
import { failedReply } from '../../../src/report/joblog.ts';
import { checkAnswer } from './protocol.ts';
import { must, orFault, property, type Property } from './property.ts';
import { scratch } from './scratch.ts';
import { damaged, text } from './texts.ts';

const SOUND = [
  `version: 1
tasks:
  nightly-data: /srv/data
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: 1G}
  in.zekjur.net:
    each: {lv: in.zekjur.net/domu-*, exclude: [domu-test*, '*-swap']}
    size: 20%
    timeout: 5m
sesam: {taskEnv: SESAM_TASK, exitZero: false, trace: false}
bacula: {trace: true}
log: {level: debug}
`,
  'version: 1\ntasks: {"täglich \\u2603": {path: /srv/a, mount: /srv/b}, constructor: /srv, toString: {lv: a/b}}\n',
  'version: 1\n',
];

/** Values that YAML or a schema could stumble over. */
const VALUES = [
  'null',
  '~',
  '[]',
  '{}',
  '*a',
  '&a [*a]',
  '!!binary aGk=',
  '!!js/function x',
  '<<: *a',
  '0x10',
  '1e3',
  '.inf',
  '.nan',
  '9007199254740993',
  '-0',
  '2026-01-01',
  '| \n  text',
  '"\\ud800"',
  '{lv: /dev/../../etc/x}',
  '{lv: a/b, mount: /mnt/../etc}',
  '{lv: "a/b c"}',
  '{lv: -a/-b}',
  '{each: {lv: "a/[z-a]"}}',
  '{each: {lv: a/*, exclude: [null, [], "["]}}',
  '{path: /srv, size: "%"}',
  '{path: /srv, size: 1e400}',
  '{path: /srv, timeout: -1}',
] as const;

const key = fc.oneof(
  fc.constantFrom(
    'version',
    'tasks',
    'sesam',
    'log',
    '__proto__',
    'constructor',
    '<<',
    '? [a]',
    '&a x',
    '!!str x',
    'null',
    '1',
  ),
  text.map((value) => JSON.stringify(value)),
);
const yamlValue: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...VALUES),
  text.map((value) => JSON.stringify(value)),
  text,
);

const made = fc.oneof(
  fc
    .array(fc.tuple(key, yamlValue), { maxLength: 6 })
    .map((pairs) => pairs.map(([one, value]) => `${one}: ${value}\n`).join('')),
  fc
    .array(fc.tuple(key, yamlValue), { maxLength: 6 })
    .map((pairs) => `version: 1\ntasks:\n${pairs.map(([one, value]) => `  ${one}: ${value}\n`).join('')}`),
  // Deep, wide, doubled, and an alias bomb.
  fc
    .tuple(fc.constantFrom('[', '{a: ', '- ', '? ', '&a ', '!t ', '"', "'", '#', '\t'), fc.nat(3000))
    .map(([piece, times]) => `version: 1\ntasks: ${piece.repeat(times)}`),
  fc
    .nat(9)
    .map(
      (depth) =>
        `version: 1\nx0: &x0 [a, a]\n${Array.from({ length: depth }, (_, n) => `x${n + 1}: &x${n + 1} [${`*x${n}, `.repeat(9)}]\n`).join('')}tasks: {a: *x${depth}}\n`,
    ),
);

const file: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: damaged(...SOUND).map((value) => Buffer.from(value)) },
  { weight: 4, arbitrary: made.map((value) => Buffer.from(value)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(damaged(...SOUND), fc.constantFrom<BufferEncoding>('latin1', 'utf16le'))
      .map(([value, encoding]) => Buffer.from(value, encoding)),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes)) },
);

const NAMES = [
  'nightly-data',
  'Backup_XEN_vm1',
  'constructor',
  'toString',
  '__proto__',
  'hasOwnProperty',
  'täglich ☃',
  '',
  'a',
];
const owner = process.getuid?.() ?? 0;

export const configs: readonly Property[] = [
  property(
    'configuration files',
    800,
    fc.record({ main: file, dropIn: fc.option(file), name: fc.oneof(text, fc.constantFrom(...NAMES)) }),
    async (input) => {
      const place = scratch();
      fs.mkdirSync(path.join(place, 'tasks.d'), { recursive: true });
      fs.writeFileSync(path.join(place, 'holdstill.yaml'), input.main, { mode: 0o600 });
      if (input.dropIn === null) fs.rmSync(path.join(place, 'tasks.d/a.yaml'), { force: true });
      else fs.writeFileSync(path.join(place, 'tasks.d/a.yaml'), input.dropIn, { mode: 0o600 });

      const configuration = await orFault(() => readConfiguration(place, { owner }));
      must(!(configuration instanceof Error), 'the directory is sound');
      const whole = await orFault(() => loadConfig(configuration));
      for (const name of [input.name, ...[...configuration.taskNames].slice(0, 2)]) {
        const fault = configuration.faultFor(name);
        const known = configuration.taskNames.has(name);
        const unknown = await orFault(() => surelyNotConfigured(place, [name], sesam.settings, owner));
        must(name === '' || unknown !== true || !known, `${name}: surely not configured, but it is`);
        const near = configuration.nearFault(name, [name]);
        must(unknown !== true || near === undefined, `${name}: surely not configured, but ${near?.message}`);
        const task = await orFault(() => loadTask(configuration, name));
        if (isFault(task)) {
          const { stdout, stderr, exit } = generic.encode(failedReply('pre', name, task, []), {});
          checkAnswer('generic', { stdout, stderr, exit });
          must(task.exitStatus === 2, `status ${task.exitStatus}`);
        } else if (!(task instanceof Error)) {
          must(known && fault === undefined && task.task.name === name, `${name} is loaded, but no task`);
          const { mount, source, timeoutMs } = task.task;
          must(
            mount === undefined || (mount.startsWith('/') && mount === plainPath(mount) && !/[\0-\u001f]/.test(mount)),
            `mount ${mount}`,
          );
          const words = source.kind === 'lv' ? [source.vg, source.lv] : 'vg' in source ? [source.vg] : [];
          for (const word of words)
            must(/^(?!\.\.?$)[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/.test(word), `${word} is no name for LVM`);
          must(timeoutMs >= 1000 && timeoutMs <= 24 * 3600 * 1000, `timeout ${timeoutMs}`);
        }
      }
      if (isFault(whole)) {
        must(
          whole.message !== '' && [whole.message, ...whole.detail].every((line) => !/[\0-\u001f]/.test(line)),
          whole.message,
        );
      } else if (!(whole instanceof Error)) {
        must(
          !/[\0-\u0009\u000b-\u001f]/.test(configText([...whole.tasks.values()], describeSource, describeMeans)),
          'a control character in config show',
        );
      }
    },
  ),
];
