import { expect, test } from 'vitest';
import {
  eachProblem,
  globProblem,
  lvProblem,
  mountProblem,
  pathProblem,
  splitVg,
  taskNameProblem,
} from '../../src/config/names.ts';

const longest = 'ä'.repeat(64);

test.each(['a', 'Backup_XEN_vm1', 'in.zekjur.net', 'my job', `it's "$(x)" \\`, '日本', '123', longest])(
  'a task may be called %j',
  (name) => {
    expect(taskNameProblem(name)).toBeUndefined();
  },
);

test.each([
  ['', 'must not be empty'],
  [`${longest}x`, 'must not be longer than 128 bytes'],
  ['../x', 'must not contain a "/"'],
  ['a\nb', 'must not contain a control character'],
  ['a\u0085', 'must not contain a control character'],
  ['a\u2028b', 'must not contain a control character'],
  ['a\ud800', 'must not contain a control character'],
  ['-x', 'must not begin with "-" or "."'],
  ['.x', 'must not begin with "-" or "."'],
  [' x', 'must not begin or end with a blank'],
  ['x\u00a0', 'must not begin or end with a blank'],
])('a task may not be called %j', (name, problem) => {
  expect(taskNameProblem(name)).toBe(`the name of a task ${problem}`);
});

test.each(['system/xenvm', '/dev/system/xenvm', 'a-b.c+d_e/x--y', `${'v'.repeat(127)}/${'l'.repeat(127)}`])(
  'an LV: %j',
  (text) => {
    expect(lvProblem(text)).toBeUndefined();
  },
);

test.each([
  ['xenvm', 'must be VG/LV'],
  ['/system', 'must be VG/LV'],
  ['a/b/c', 'must be VG/LV'],
  ['/dev/mapper/system-xenvm', 'must be VG/LV, not a name below /dev/mapper'],
  ['a/..', 'has ".." as the name of the LV'],
  ['-a/b', 'has a name of the VG that LVM does not allow'],
  ['a/b c', 'has a name of the LV that LVM does not allow'],
  ['a/b$(x)', 'has a name of the LV that LVM does not allow'],
  [`a/${'l'.repeat(128)}`, 'has a name of the LV longer than 127 bytes'],
  ['a/b*', 'is a pattern; write each: {lv: VG/PATTERN} for several LVs'],
])('not an LV: %j', (text, problem) => {
  expect(lvProblem(text)).toContain(problem);
});

test.each(['vg/domu-*', '/dev/vg/[ab]?-[!0-9]', 'vg/plain'])('a pattern: %j', (text) => {
  expect(eachProblem(text)).toBeUndefined();
});

test.each([
  ['domu-*', 'must be VG/PATTERN'],
  ['vg*/x', 'has a name of the VG that LVM does not allow'],
  ['vg/[a', 'has a "[" or "]" without its partner'],
  ['vg/a]', 'has a "[" or "]" without its partner'],
  ['vg/[]', 'an empty "[]"'],
  ['vg/a{b,c}', 'has a character that LVM does not allow in the name of an LV'],
])('not a pattern: %j', (text, problem) => {
  expect(eachProblem(text)).toContain(problem);
});

test('a pattern to exclude is for the LV alone', () => {
  expect(globProblem('*-swap')).toBeUndefined();
  expect(globProblem('vg/a')).toBe('must be a pattern for names alone, without the VG');
  expect(globProblem('')).toContain('must be a pattern');
});

test('takes /dev/VG/LV apart', () => {
  expect(splitVg('/dev/system/xenvm')).toEqual({ vg: 'system', name: 'xenvm' });
});

test.each(['/', '/srv/data', '/srv/data/', '/my dir/ü'])('a path: %j', (path) => {
  expect(pathProblem(path)).toBeUndefined();
});

test.each([
  ['srv', 'must be an absolute path'],
  ['/a/../b', 'must not contain ".."'],
  ['/a\nb', 'must not contain a control character'],
  [`/${'a'.repeat(4095)}`, 'must not be longer than 4095 bytes'],
])('not a path: %j', (path, problem) => {
  expect(pathProblem(path)).toContain(problem);
});

test.each(['/mnt/vmbackup', '/home/backup/x', '/run/backup', '/var/lib/backup', '/backup', '/usrlocal'])(
  'a mount point: %j',
  (path) => {
    expect(mountProblem(path)).toBeUndefined();
  },
);

test.each([
  ['mnt', 'must be an absolute path, for example /mnt/vmbackup'],
  ['/mnt/x/', 'must be written without "." and "..": /mnt/x'],
  ['/mnt//x/.', 'must be written without "." and "..": /mnt/x'],
  ['/mnt/../etc', 'must not contain ".."'],
  ['/', 'must not be /; take a directory below it, for example /vmbackup'],
  ['/mnt', 'must not be /mnt; take a directory below it, for example /mnt/vmbackup'],
  ['/var', 'must not be /var; take a directory below it, for example /var/vmbackup'],
  ['/root', 'must not be /root; take a directory below it, for example /root/vmbackup'],
  ['/etc', 'must not be /etc; take for example /mnt/vmbackup'],
  ...['/etc/x', '/usr/local/x', '/boot/x', '/bin/x', '/sbin/x', '/lib/x', '/tmp/x', '/var/tmp/x/y'].map((path) => [
    path,
    'must not be below /',
  ]),
  ...['/proc/x', '/sys/x', '/dev/x', '/run/holdstill/x'].map((path) => [path, 'must not be below /']),
])('not a mount point: %j', (path, problem) => {
  expect(mountProblem(path ?? '')).toContain(problem);
});
