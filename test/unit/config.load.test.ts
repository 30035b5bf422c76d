import { UNTOUCHED } from '../../src/core/model/quiesce.ts';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig, loadTask } from '../../src/config/load.ts';
import { DROP_IN_KEYS, MAIN_KEYS } from '../../src/config/toplevel.ts';
import { DropInSchema, jsonSchema, MainSchema } from '../../src/config/schema.ts';
import { configReference } from '../../src/config/reference.ts';
import { readConfiguration, type Configuration } from '../../src/config/configuration.ts';
import { isFault, type Fault } from '../../src/core/model/fault.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdstill-config-'));
  mkdirSync(join(directory, 'tasks.d'));
  for (const path of [directory, join(directory, 'tasks.d')]) chmodSync(path, 0o755);
});

afterEach(() => rmSync(directory, { recursive: true }));

/** The configuration with these files: holdstill.yaml, and others of tasks.d. */
function configurationOf(main: string | undefined, dropIns: Readonly<Record<string, string>> = {}): Configuration {
  const files = { ...(main !== undefined && { 'holdstill.yaml': main }), ...dropIns };
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name === 'holdstill.yaml' ? name : `tasks.d/${name}`);
    writeFileSync(path, content);
    chmodSync(path, 0o644);
  }
  return readConfiguration(directory, { owner: process.getuid?.() ?? 0 });
}

function faultOf(action: () => unknown): Fault {
  try {
    action();
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
  throw new Error('no fault was thrown');
}

/** What is wrong, a line each, without the directory. */
function told(action: () => unknown): readonly string[] {
  const fault = faultOf(action);
  expect(fault.code).toBe('config.invalid');
  expect(fault.hint).toBe('correct it, then check everything with: holdstill config validate');
  return (fault.detail.length > 0 ? fault.detail : [fault.message]).map((line) => line.replaceAll(`${directory}/`, ''));
}

const disks = {
  quiescing: UNTOUCHED,
  choice: { partitions: [], exclude: [] },
  skip: 'warn',
  trust: 'guest',
  keys: [],
  check: false,
};
const defaults = {
  ...disks,
  mount: undefined,
  size: { kind: 'auto' },
  autoextend: true,
  timeoutMs: 600_000,
};
const GOOD = `
version: 1
tasks:
  nightly-data: /srv/data/
  Backup_XEN_vm1: {lv: system/xenvm, mount: /mnt/vmbackup, size: 1G, autoextend: false, timeout: 5m}
  in.zekjur.net: {each: {lv: /dev/in.zekjur.net/domu-*, exclude: [domu-test?]}}
  my "own" job: {path: /, size: 20%, timeout: 30}
  123: {lv: /dev/a/b, size: 16777216}
  parts: {lv: a/b, partitions: [1, LABEL=data, 'TYPE=ext*'], exclude: [LV=vg/swap*], skip: error, trust: hostile, keys: [/k], check: true}
  images: {file: /images/*.img, copy: true}
  files: {subvolume: /srv/data, trust: guest}
`;
const TASKS = {
  'nightly-data': { ...defaults, trust: 'host', source: { kind: 'path', path: '/srv/data' } },
  Backup_XEN_vm1: {
    ...disks,
    source: { kind: 'lv', vg: 'system', lv: 'xenvm' },
    mount: '/mnt/vmbackup',
    size: { kind: 'bytes', bytes: 1024 ** 3 },
    autoextend: false,
    timeoutMs: 300_000,
  },
  'in.zekjur.net': {
    ...defaults,
    source: { kind: 'each', vg: 'in.zekjur.net', glob: 'domu-*', exclude: ['domu-test?'] },
  },
  'my "own" job': {
    ...disks,
    trust: 'host',
    source: { kind: 'path', path: '/' },
    mount: undefined,
    size: { kind: 'percent', percent: 20 },
    autoextend: true,
    timeoutMs: 30_000,
  },
  parts: {
    ...defaults,
    source: { kind: 'lv', vg: 'a', lv: 'b' },
    choice: {
      partitions: [
        { kind: 'number', number: 1 },
        { kind: 'label', glob: 'data' },
        { kind: 'type', glob: 'ext*' },
      ],
      exclude: [{ kind: 'lv', vg: 'vg', lv: 'swap*' }],
    },
    skip: 'error',
    trust: 'hostile',
    keys: ['/k'],
    check: true,
  },
  images: { ...defaults, source: { kind: 'file', glob: '/images/*.img', copy: true } },
  files: { ...defaults, source: { kind: 'subvolume', path: '/srv/data' } },
  '123': { ...defaults, source: { kind: 'lv', vg: 'a', lv: 'b' }, size: { kind: 'bytes', bytes: 16777216 } },
};

test('loads every form of a task', () => {
  const configuration = configurationOf(GOOD);
  const { tasks, ...rest } = loadConfig(configuration);
  expect(rest).toEqual({
    sections: {
      sesam: { trace: false, exitZero: false },
      bacula: { trace: false, unknownTask: 'error' },
      generic: { trace: false, unknownTask: 'error' },
    },
    log: { level: 'info' },
  });
  expect(Object.fromEntries(tasks)).toEqual(
    Object.fromEntries(Object.entries(TASKS).map(([name, task]) => [name, { name, ...task }])),
  );
  for (const [name, task] of Object.entries(TASKS)) {
    expect(loadTask(configuration, name)).toEqual({ task: { name, ...task }, log: { level: 'info' } });
  }
});

test('sections and files of tasks.d come together', () => {
  const configuration = configurationOf(
    'version: 1\nlog: {level: debug}\nsesam: {taskEnv: JOB, exitZero: true}\nbacula: {trace: true}\n',
    {
      'a.yaml': 'version: 1\ntasks: {a: /a}',
    },
  );
  expect(loadConfig(configuration)).toMatchObject({
    sections: { sesam: { taskEnv: 'JOB', exitZero: true, trace: false }, bacula: { trace: true } },
    log: { level: 'debug' },
  });
  expect(loadTask(configuration, 'a').log).toEqual({ level: 'debug' });
});

test('files of tasks.d are enough', () => {
  const configuration = configurationOf(undefined, { 'a.yaml': 'tasks: {a: /a}' });
  expect([...loadConfig(configuration).tasks.keys()]).toEqual(['a']);
  expect(loadTask(configuration, 'a').task.name).toBe('a');
});

test('what is mounted below a path or a subvolume can be left out', () => {
  const configuration = configurationOf(
    'version: 1\ntasks: {a: {path: /s, exclude: [/s/a, 3]}, b: {subvolume: /s, exclude: [/s/a*]}}',
  );
  const { tasks } = loadConfig(configuration);
  expect(tasks.get('a')?.choice.exclude).toMatchObject([{ kind: 'path', glob: '/s/a' }, { kind: 'number' }]);
  expect(tasks.get('b')?.choice.exclude).toEqual([{ kind: 'path', glob: '/s/a*' }]);
});

/* One record in line 3; what is reported about it, from the column on. */
test.each([
  ['', ['5: tasks.t: is empty, must be an absolute path or a map, for example {lv: system/xenvm}']],
  [' 7', ['6: tasks.t: is 7, must be an absolute path or a map, for example {lv: system/xenvm}']],
  [' [a]', ['6: tasks.t: is a list, must be an absolute path or a map, for example {lv: system/xenvm}']],
  [' srv', ['6: tasks.t: is "srv", must be an absolute path, for example /srv/data']],
  [
    ' {}',
    ['3: tasks.t: has none of lv, path, each, file, subvolume, vm; give exactly one, for example lv: system/xenvm'],
  ],
  [' {lv: a/b, path: /c}', ['3: tasks.t: has lv and path; give exactly one of lv, path, each, file, subvolume, vm']],
  [
    ' {lv: a, path: /c, each: {lv: a/b}}',
    [
      '3: tasks.t: has lv and path and each; give exactly one of lv, path, each, file, subvolume, vm',
      '11: tasks.t.lv: is "a", must be VG/LV, for example system/xenvm',
    ],
  ],
  [' {lv: a/b, copy: true}', ['22: tasks.t.copy: is true, but has no effect for lv']],
  [' {lv: a/b, exclude: [/s/a]}', ['26: tasks.t.exclude.0: is "/s/a", but has no effect for lv']],
  [' {subvolume: /s, exclude: [3]}', ['32: tasks.t.exclude.0: is 3, but has no effect for subvolume']],
  [
    ' {lv: a/b, partitions: [/s/a]}',
    ['29: tasks.t.partitions.0: is "/s/a", must be the number of a partition, LABEL=..., TYPE=... or LV=VG/LV'],
  ],
  [
    ' {subvolume: /s, size: 1G, keys: [/k]}',
    [
      '28: tasks.t.size: is "1G", but has no effect for subvolume',
      '38: tasks.t.keys: is a list, but has no effect for subvolume',
    ],
  ],
  [' {lv: a/b, mout: /m}', ['16: tasks.t.mout: unknown key, did you mean "mount"?']],
  [' {lv: a/b, MOUNT: /m}', ['16: tasks.t.MOUNT: unknown key, did you mean "mount"?']],
  [' {lv: a/b, tiemout: 1}', ['16: tasks.t.tiemout: unknown key, did you mean "timeout"?']],
  [' {lv: a/b, mountpoint: /m}', ['16: tasks.t.mountpoint: unknown key, did you mean "mount"?']],
  [
    ' {lv: a/b, guest: x}',
    [
      '16: tasks.t.guest: unknown key; the keys are lv, path, each, file, subvolume, vm, copy, partitions, exclude, skip, trust, keys, check, mount, size, autoextend, quiesce, quiesceLimit, require, timeout',
    ],
  ],
  [
    ' {lv: a/b, "x\\e[31m": 1}',
    [
      '16: tasks.t."x\\x1b[31m": unknown key; the keys are lv, path, each, file, subvolume, vm, copy, partitions, exclude, skip, trust, keys, check, mount, size, autoextend, quiesce, quiesceLimit, require, timeout',
    ],
  ],
  [
    ' {lv: "a/b\\nSTATUS:OK"}',
    [
      '11: tasks.t.lv: is "a/b\\nSTATUS:OK", which has a name of the LV that LVM does not allow: letters, digits and ' +
        '+ _ . - only, and no "-" in front',
    ],
  ],
  [' {lv: 5}', ['11: tasks.t.lv: is 5, must be VG/LV, for example system/xenvm']],
  [' {lv: }', ['11: tasks.t.lv: is empty, must be VG/LV, for example system/xenvm']],
  [' {each: a/b*}', ['13: tasks.t.each: is "a/b*", must be a map, for example each: {lv: in.zekjur.net/domu-*}']],
  [
    ' {each: {exclude: x}}',
    [
      '7: tasks.t.each: must have either lv or vm, for example {lv: in.zekjur.net/domu-*}',
      '23: tasks.t.each.exclude: is "x", must be a list of patterns, for example [domu-test*]',
    ],
  ],
  [
    ' {each: {lv: a/*, exclude: [b, a/c], excluded: 1}}',
    [
      '36: tasks.t.each.exclude.1: is "a/c", must be a pattern for names alone, without the VG',
      '42: tasks.t.each.excluded: unknown key, did you mean "exclude"?',
    ],
  ],
  [' {lv: a/b, mount: /etc}', ['23: tasks.t.mount: is "/etc", must not be /etc; take for example /mnt/vmbackup']],
  [' {lv: a/b, size: 1GB}', ['22: tasks.t.size: is "1GB", which is ambiguous; write 1G (powers of 1024)']],
  [
    ' {lv: a/b, size: [1]}',
    ['22: tasks.t.size: is a list, must be auto, full, a percentage or a number of bytes, for example 1G, 500M or 20%'],
  ],
  [
    ' {lv: a/b, size: {a: 1}}',
    ['22: tasks.t.size: is a map, must be auto, full, a percentage or a number of bytes, for example 1G, 500M or 20%'],
  ],
  [' {lv: a/b, timeout: 0}', ['25: tasks.t.timeout: is 0, must be more than 0']],
])('a wrong record: t:%s', (record, lines) => {
  const configuration = configurationOf(`version: 1\ntasks:\n  t:${record}\n`);
  const expected = lines.map((line) => `holdstill.yaml:3:${line}`);
  expect(told(() => loadTask(configuration, 't'))).toEqual(expected);
  expect(told(() => loadConfig(configuration))).toEqual(expected);
});

test.each([
  ['"-x"', '3: tasks.-x: the name of a task must not begin with "-" or "."'],
  ['a/b', '3: tasks."a/b": the name of a task must not contain a "/"'],
  ['"a\\nb"', '3: tasks."a\\nb": the name of a task must not contain a control character'],
  ['x'.repeat(300), `3: tasks.${'x'.repeat(300)}: the name of a task must not be longer than 128 bytes`],
])('a wrong name: %s', (name, line) => {
  const configuration = configurationOf(`version: 1\ntasks:\n  ${name}: /a\n`);
  const [asked] = configuration.taskNames;
  expect(told(() => loadTask(configuration, asked ?? ''))).toEqual([`holdstill.yaml:3:${line}`]);
  expect(told(() => loadConfig(configuration))).toEqual([`holdstill.yaml:3:${line}`]);
});

test.each([
  ['sesam: {trace: yes}', '16: sesam.trace: is "yes", must be true or false'],
  ['sesam: {taskenv: X}', '9: sesam.taskenv: unknown key, did you mean "taskEnv"?'],
  [
    'sesam: {taskEnv: 1A}',
    '18: sesam.taskEnv: is "1A", must be the name of an environment variable, for example SESAM_TASK',
  ],
  ['bacula: [trace]', '9: bacula: is a list, must be a map'],
  ['log: {level: warn}', '14: log.level: is "warn", must be info or debug'],
  ['logging: {}', '1: logging: unknown key, did you mean "log"?'],
])('a wrong section concerns every task: %s', (section, line) => {
  const configuration = configurationOf(`version: 1\ntasks: {a: /a}\n${section}\n`);
  expect(told(() => loadTask(configuration, 'a'))).toEqual([`holdstill.yaml:3:${line}`]);
  expect(told(() => loadConfig(configuration))).toEqual([`holdstill.yaml:3:${line}`]);
});

test('the faults of other tasks and files do not concern a task', () => {
  const configuration = configurationOf('version: 1\ntasks:\n  good: /a\n  wrong: {}\n', {
    'bad.yaml': 'tasks: [',
    'worse.yaml': 'log: {}\ntasks: {x: /x}',
  });
  expect(loadTask(configuration, 'good').task.name).toBe('good');
  expect(told(() => loadTask(configuration, 'x'))).toEqual([
    'tasks.d/worse.yaml:1:1: log: belongs in holdstill.yaml; a file in tasks.d has only tasks',
  ]);
  expect(told(() => loadConfig(configuration))).toEqual([
    'tasks.d/bad.yaml:1:9: wrong indentation, or a "[" or "{" before it that is not closed',
    'holdstill.yaml:4:3: tasks.wrong: has none of lv, path, each, file, subvolume, vm; give exactly one, for example lv: system/xenvm',
    'tasks.d/worse.yaml:1:1: log: belongs in holdstill.yaml; a file in tasks.d has only tasks',
  ]);
});

test('a file with the wrong rights alone is reported with the command that repairs it', () => {
  const configuration = configurationOf('version: 1\n', { 'a.yaml': 'tasks: {a: /a}' });
  const path = join(directory, 'tasks.d/a.yaml');
  chmodSync(path, 0o666);
  const read = () => readConfiguration(directory, { owner: process.getuid?.() ?? 0 });
  expect(loadConfig(configuration).tasks.size).toBe(1);
  expect(faultOf(() => loadConfig(read()))).toMatchObject({ code: 'config.insecure', hint: `chmod go-w ${path}` });
  configurationOf('version: 2\n');
  expect(told(() => loadConfig(read()))).toEqual([
    'tasks.d/a.yaml is writable by everybody (mode 0666); chmod go-w tasks.d/a.yaml',
    'holdstill.yaml:1:10: version: is 2, must be 1',
  ]);
});

test('a task that is not there is unknown', () => {
  const fault = faultOf(() => loadTask(configurationOf('version: 1\n'), 'a\nb'));
  expect([fault.code, fault.message]).toEqual(['task.unknown', 'there is no task "a\\nb" in the configuration']);
});

test('a task in two files is reported at both', () => {
  const configuration = configurationOf('version: 1\ntasks: {a: /a, b: /b}\n', { 'x.yaml': 'tasks:\n  a: /other\n' });
  const lines = [
    `holdstill.yaml:2:9: tasks.a: the same task is at tasks.d/x.yaml:2:3; define each task only once`,
    `tasks.d/x.yaml:2:3: tasks.a: the same task is at holdstill.yaml:2:9; define each task only once`,
  ];
  expect(told(() => loadConfig(configuration))).toEqual(lines);
  expect(told(() => loadTask(configuration, 'a'))).toEqual(lines);
  expect(loadTask(configuration, 'b').task.name).toBe('b');
});

test('two tasks can not share a mount, nor one mount lie below another', () => {
  const main =
    'version: 1\ntasks:\n  a: {lv: v/a, mount: /mnt/a}\n  b: {lv: v/b, mount: /mnt/a/b}\n  c: {lv: v/c, mount: /mnt/ab}\n';
  const configuration = configurationOf(main, { 'x.yaml': 'tasks: {d: {lv: v/d, mount: /mnt/ab}}' });
  const a =
    'holdstill.yaml:3:23: tasks.a.mount: is "/mnt/a", which is above the mount of task "b" at holdstill.yaml:4:16';
  const b =
    'holdstill.yaml:4:23: tasks.b.mount: is "/mnt/a/b", which is below the mount of task "a" at holdstill.yaml:3:16';
  const c =
    'holdstill.yaml:5:23: tasks.c.mount: is "/mnt/ab", which is the same as the mount of task "d" at tasks.d/x.yaml:1:22';
  const d =
    'tasks.d/x.yaml:1:29: tasks.d.mount: is "/mnt/ab", which is the same as the mount of task "c" at holdstill.yaml:5:16';
  expect(told(() => loadConfig(configuration))).toEqual([a, b, c, d]);
  expect(told(() => loadTask(configuration, 'b'))).toEqual([b]);
});

test('a thousand tasks load', () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `  t${i}: {lv: vg/l${i}, mount: /mnt/t${i}}`);
  const configuration = configurationOf(`version: 1\ntasks:\n${lines.join('\n')}\n`);
  expect(loadConfig(configuration).tasks.size).toBe(1000);
  expect(loadTask(configuration, 't999').task.source).toEqual({ kind: 'lv', vg: 'vg', lv: 'l999' });
});

test('the quick look at the top knows the keys of the schema', () => {
  expect(MAIN_KEYS).toEqual(Object.keys(MainSchema.shape));
  expect(DROP_IN_KEYS).toEqual(Object.keys(DropInSchema.shape));
});

test('the JSON Schema has every key with its meaning, and exactly one source a task', () => {
  const schema = jsonSchema();
  expect(schema).toMatchObject({ $id: 'urn:holdstill:config:1', title: 'holdstill.yaml', required: ['version'] });
  expect(JSON.stringify(schema)).toContain('"oneOf":[{"required":["lv"]},{"required":["path"]},{"required":["each"]},');
});

test('the reference has a row for every key, and says what each does', () => {
  const rows = configReference().split('\n').slice(2);
  const keys = rows.map((row) => /^\| `([^`]+)` \|/.exec(row)?.[1]);
  const disk = ['copy', 'partitions', 'exclude', 'skip', 'trust', 'keys', 'check'];
  const sources =
    'lv path each each.lv each.vm each.exclude file subvolume vm vm.name vm.hypervisor vm.uri vm.disks vm.exclude'.split(
      ' ',
    );
  const other =
    'mount size autoextend quiesce quiesce.agent quiesce.pause quiesce.save quiesce.save.to quiesce.save.keep quiesce.command quiesce.command.rest quiesce.command.thaw quiesce.command.timeout quiesceLimit require timeout'.split(
      ' ',
    );
  const task = [...sources, ...disk, ...other];
  const sesam = ['sesam', 'sesam.taskEnv', 'sesam.before', 'sesam.after', 'sesam.exitZero', 'sesam.trace'];
  const jobs = ['bacula', 'generic'].flatMap((name) => [name, `${name}.trace`, `${name}.unknownTask`]);
  const others = [...jobs, 'log', 'log.level'];
  expect(keys).toEqual(['version', 'tasks', ...task.map((key) => `tasks.NAME.${key}`), ...sesam, ...others]);
  for (const row of rows) expect(row).toMatch(/\.( \||`\. \|)$/);
});
