import { UNTOUCHED } from '../../src/core/model/quiesce.ts';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig, loadTask } from '../../src/config/load.ts';
import { configurationOf, faultOf, makeDirectory, readFrom, told } from './config-directory.ts';

let directory: string;

beforeEach(() => {
  directory = makeDirectory();
});

afterEach(() => rmSync(directory, { recursive: true }));

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
  const configuration = configurationOf(directory, GOOD);
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
    directory,
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
  const configuration = configurationOf(directory, undefined, { 'a.yaml': 'tasks: {a: /a}' });
  expect([...loadConfig(configuration).tasks.keys()]).toEqual(['a']);
  expect(loadTask(configuration, 'a').task.name).toBe('a');
});

test('what is mounted below a path or a subvolume can be left out', () => {
  const configuration = configurationOf(
    directory,
    'version: 1\ntasks: {a: {path: /s, exclude: [/s/a, 3]}, b: {subvolume: /s, exclude: [/s/a*]}}',
  );
  const { tasks } = loadConfig(configuration);
  expect(tasks.get('a')?.choice.exclude).toMatchObject([{ kind: 'path', glob: '/s/a' }, { kind: 'number' }]);
  expect(tasks.get('b')?.choice.exclude).toEqual([{ kind: 'path', glob: '/s/a*' }]);
});

test('the faults of other tasks and files do not concern a task', () => {
  const configuration = configurationOf(directory, 'version: 1\ntasks:\n  good: /a\n  wrong: {}\n', {
    'bad.yaml': 'tasks: [',
    'worse.yaml': 'log: {}\ntasks: {x: /x}',
  });
  expect(loadTask(configuration, 'good').task.name).toBe('good');
  expect(told(directory, () => loadTask(configuration, 'x'))).toEqual([
    'tasks.d/worse.yaml:1:1: log: belongs in holdstill.yaml; a file in tasks.d has only tasks',
  ]);
  expect(told(directory, () => loadConfig(configuration))).toEqual([
    'tasks.d/bad.yaml:1:9: wrong indentation, or a "[" or "{" before it that is not closed',
    'holdstill.yaml:4:3: tasks.wrong: has none of lv, path, each, file, subvolume, vm; give exactly one, for example lv: system/xenvm',
    'tasks.d/worse.yaml:1:1: log: belongs in holdstill.yaml; a file in tasks.d has only tasks',
  ]);
});

test('a file with the wrong rights alone is reported with the command that repairs it', () => {
  const configuration = configurationOf(directory, 'version: 1\n', { 'a.yaml': 'tasks: {a: /a}' });
  const path = join(directory, 'tasks.d/a.yaml');
  chmodSync(path, 0o666);
  const read = () => readFrom(directory);
  expect(loadConfig(configuration).tasks.size).toBe(1);
  expect(faultOf(() => loadConfig(read()))).toMatchObject({ code: 'config.insecure', hint: `chmod go-w ${path}` });
  configurationOf(directory, 'version: 2\n');
  expect(told(directory, () => loadConfig(read()))).toEqual([
    'tasks.d/a.yaml is writable by everybody (mode 0666); chmod go-w tasks.d/a.yaml',
    'holdstill.yaml:1:10: version: is 2, must be 1',
  ]);
});

test('a task that is not there is unknown', () => {
  const fault = faultOf(() => loadTask(configurationOf(directory, 'version: 1\n'), 'a\nb'));
  expect([fault.code, fault.message]).toEqual(['task.unknown', 'there is no task "a\\nb" in the configuration']);
});

test('a task in two files is reported at both', () => {
  const configuration = configurationOf(directory, 'version: 1\ntasks: {a: /a, b: /b}\n', {
    'x.yaml': 'tasks:\n  a: /other\n',
  });
  const lines = [
    `holdstill.yaml:2:9: tasks.a: the same task is at tasks.d/x.yaml:2:3; define each task only once`,
    `tasks.d/x.yaml:2:3: tasks.a: the same task is at holdstill.yaml:2:9; define each task only once`,
  ];
  expect(told(directory, () => loadConfig(configuration))).toEqual(lines);
  expect(told(directory, () => loadTask(configuration, 'a'))).toEqual(lines);
  expect(loadTask(configuration, 'b').task.name).toBe('b');
});

test('two tasks can not share a mount, nor one mount lie below another', () => {
  const main =
    'version: 1\ntasks:\n  a: {lv: v/a, mount: /mnt/a}\n  b: {lv: v/b, mount: /mnt/a/b}\n  c: {lv: v/c, mount: /mnt/ab}\n';
  const configuration = configurationOf(directory, main, { 'x.yaml': 'tasks: {d: {lv: v/d, mount: /mnt/ab}}' });
  const a =
    'holdstill.yaml:3:23: tasks.a.mount: is "/mnt/a", which is above the mount of task "b" at holdstill.yaml:4:16';
  const b =
    'holdstill.yaml:4:23: tasks.b.mount: is "/mnt/a/b", which is below the mount of task "a" at holdstill.yaml:3:16';
  const c =
    'holdstill.yaml:5:23: tasks.c.mount: is "/mnt/ab", which is the same as the mount of task "d" at tasks.d/x.yaml:1:22';
  const d =
    'tasks.d/x.yaml:1:29: tasks.d.mount: is "/mnt/ab", which is the same as the mount of task "c" at holdstill.yaml:5:16';
  expect(told(directory, () => loadConfig(configuration))).toEqual([a, b, c, d]);
  expect(told(directory, () => loadTask(configuration, 'b'))).toEqual([b]);
});

test('a thousand tasks load', () => {
  const lines = Array.from({ length: 1000 }, (_, i) => `  t${i}: {lv: vg/l${i}, mount: /mnt/t${i}}`);
  const configuration = configurationOf(directory, `version: 1\ntasks:\n${lines.join('\n')}\n`);
  expect(loadConfig(configuration).tasks.size).toBe(1000);
  expect(loadTask(configuration, 't999').task.source).toEqual({ kind: 'lv', vg: 'vg', lv: 'l999' });
});
