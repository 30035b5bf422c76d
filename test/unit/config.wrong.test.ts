import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig, loadTask } from '../../src/config/load.ts';
import { configurationOf, makeDirectory, told } from './config-directory.ts';

let directory: string;

beforeEach(() => {
  directory = makeDirectory();
});

afterEach(() => rmSync(directory, { recursive: true }));

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
  const configuration = configurationOf(directory, `version: 1\ntasks:\n  t:${record}\n`);
  const expected = lines.map((line) => `holdstill.yaml:3:${line}`);
  expect(told(directory, () => loadTask(configuration, 't'))).toEqual(expected);
  expect(told(directory, () => loadConfig(configuration))).toEqual(expected);
});

test.each([
  ['"-x"', '3: tasks.-x: the name of a task must not begin with "-" or "."'],
  ['a/b', '3: tasks."a/b": the name of a task must not contain a "/"'],
  ['"a\\nb"', '3: tasks."a\\nb": the name of a task must not contain a control character'],
  ['x'.repeat(300), `3: tasks.${'x'.repeat(300)}: the name of a task must not be longer than 128 bytes`],
])('a wrong name: %s', (name, line) => {
  const configuration = configurationOf(directory, `version: 1\ntasks:\n  ${name}: /a\n`);
  const [asked] = configuration.taskNames;
  expect(told(directory, () => loadTask(configuration, asked ?? ''))).toEqual([`holdstill.yaml:3:${line}`]);
  expect(told(directory, () => loadConfig(configuration))).toEqual([`holdstill.yaml:3:${line}`]);
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
  const configuration = configurationOf(directory, `version: 1\ntasks: {a: /a}\n${section}\n`);
  expect(told(directory, () => loadTask(configuration, 'a'))).toEqual([`holdstill.yaml:3:${line}`]);
  expect(told(directory, () => loadConfig(configuration))).toEqual([`holdstill.yaml:3:${line}`]);
});
