import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeMeans } from '../../src/config/quiesce/form.ts';
import { loadTask } from '../../src/config/load.ts';
import { configurationOf, makeDirectory, told } from './config-directory.ts';

let directory: string;
beforeEach(() => {
  directory = makeDirectory();
});
afterEach(() => rmSync(directory, { recursive: true }));

const load = (record: string) => loadTask(configurationOf(directory, `version: 1\ntasks:\n  t: ${record}\n`), 't').task;

const guest = {
  name: 'web',
  each: false,
  exclude: [],
  hypervisor: undefined,
  uri: undefined,
  disks: [],
  excludeDisks: [],
};

test.each([
  ['{vm: web}', { kind: 'vm', guests: guest }],
  [
    '{vm: {name: web, uri: "qemu:///session", disks: [vda], exclude: [vdb]}}',
    {
      kind: 'vm',
      guests: { ...guest, hypervisor: 'libvirt', uri: 'qemu:///session', disks: ['vda'], excludeDisks: ['vdb'] },
    },
  ],
  [
    "{each: {vm: 'web-*', exclude: ['* old']}}",
    { kind: 'each', guests: { ...guest, name: 'web-*', each: true, exclude: ['* old'] } },
  ],
])('guests are named: %s', (record, source) => {
  expect(load(record)).toMatchObject({ source, trust: 'guest' });
});

test('a task is brought to rest by one means or several', () => {
  const command = '{command: {rest: [/bin/rest, now], thaw: [/bin/thaw], timeout: 3s}}';
  const means = { kind: 'command', rest: ['/bin/rest', 'now'], thaw: ['/bin/thaw'], timeoutMs: 3000 };
  expect(load(`{lv: a/b, quiesce: ${command}, quiesceLimit: 5s, require: application}`).quiescing).toEqual({
    means: [means],
    limitMs: 5000,
    require: 'application',
  });
  expect(load(`{lv: a/b, quiesce: [${command}, ${command}]}`).quiescing.means).toEqual([means, means]);
  expect(load('{lv: a/b}').quiescing).toEqual({ means: [], limitMs: 10_000, require: 'crash' });
  expect(load(`{lv: a/b, quiesce: ${command}}`).quiescing.means.map(describeMeans)).toEqual([
    'command /bin/rest now (/bin/thaw)',
  ]);
});

test('a database is asked as its client would, or by what is written', () => {
  const usual = {
    options: undefined,
    socket: undefined,
    host: undefined,
    port: undefined,
    user: undefined,
    waitMs: 3000,
  };
  expect(load('{lv: a/b, quiesce: mariadb}').quiescing.means).toEqual([{ kind: 'mariadb', ...usual }]);
  const { means } = load(
    '{vm: a, quiesce: [{mysql: {host: 10.0.0.7, port: 3307, user: holdstill, wait: 5s}}, agent]}',
  ).quiescing;
  expect(means[0]).toEqual({
    kind: 'mysql',
    ...usual,
    host: '10.0.0.7',
    port: '3307',
    user: 'holdstill',
    waitMs: 5000,
  });
  expect(means.map(describeMeans)[0]).toBe('mysql on 10.0.0.7, port 3307, as holdstill (lock for a backup)');
});

test.each([
  ['{each: {lv: a/b, vm: c}}', ['7: tasks.t.each: must have either lv or vm, for example {lv: in.zekjur.net/domu-*}']],
  ['{vm: a/b}', ['11: tasks.t.vm: is "a/b", must not hold a "/"']],
  [
    '{vm: 7}',
    ['11: tasks.t.vm: is 7, must be the name of a guest, or a map, for example {name: kvmserv, disks: [vda]}'],
  ],
  [
    '{vm: {nam: x}}',
    [
      '11: tasks.t.vm.name: missing; it must be the name of a guest, for example kvmserv',
      '12: tasks.t.vm.nam: unknown key, did you mean "name"?',
    ],
  ],
  [
    '{vm: {name: a, uri: "qemu+ssh://other/system"}}',
    [
      '26: tasks.t.vm.uri: is "qemu+ssh://other/system", which names another host; only guests of this host can be saved',
    ],
  ],
  [
    '{vm: {name: a, hypervisor: xen, uri: "xen:///"}}',
    ['43: tasks.t.vm.uri: is "xen:///", which has no effect for xen'],
  ],
  [
    '{lv: a/b, quiesce: {command: {rest: [a], thaw: [/b]}}}',
    ['36: tasks.t.quiesce.command.rest: must begin with the absolute path of a program'],
  ],
  [
    '{lv: a/b, quiesce: {comand: {}}}',
    [
      '16: tasks.t.quiesce: must have exactly one of agent, pause, save, barrier, mariadb, mysql, postgresql and command',
      '26: tasks.t.quiesce.comand: unknown key, did you mean "command"?',
    ],
  ],
  [
    '{vm: a, quiesce: [pause, {mariadb: {host: "-h", port: 70000}}, agent]}',
    [
      '48: tasks.t.quiesce.1.mariadb.host: is "-h", must be the name or address of a host, for example db.example.com or 192.168.122.10',
      '60: tasks.t.quiesce.1.mariadb.port: is 70000, must be the number of a port, 1 to 65535',
    ],
  ],
  [
    '{vm: a, quiesce: [pause, mariadb]}',
    ['31: tasks.t.quiesce.1: is "mariadb", must stand before pause, for what stands still does not answer'],
  ],
  [
    '{vm: a, quiesce: [barrier, agent]}',
    ['33: tasks.t.quiesce.1: is "agent", must stand before barrier, for what stands still does not answer'],
  ],
  ['{lv: a/b, require: best}', ['25: tasks.t.require: is "best", must be application, filesystem, memory or crash']],
])('what is wrong with it is told: %s', (record, lines) => {
  const found = told(directory, () => load(record));
  expect(found.map((line) => line.replace('holdstill.yaml:3:', ''))).toEqual(lines);
});
