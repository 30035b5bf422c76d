import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lchownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfiguration, type Configuration } from '../../src/config/configuration.ts';
import { faultOf, makeDirectory, readFrom, writeIn } from './config-directory.ts';

const uid = process.getuid?.() ?? 0;
const root = uid === 0;
const other = 12345;

let directory: string;
let main: string;

beforeEach(() => {
  directory = makeDirectory();
  main = join(directory, 'holdstill.yaml');
});

afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, content: string | Buffer, mode?: number): string =>
  writeIn(directory, name, content, mode);
const read = (): Configuration => readFrom(directory);

test.each([
  [0o664, 'its group (mode 0664)'],
  [0o646, 'everybody (mode 0646)'],
])('a file of mode %o is refused', (mode, whom) => {
  write('holdstill.yaml', 'version: 1', mode);
  const fault = read().faultFor('any');
  expect(fault).toMatchObject({
    code: 'config.insecure',
    message: `${main} is writable by ${whom}`,
    hint: `chmod go-w ${main}`,
  });
});

test('an insecure file of tasks.d concerns only the tasks that it mentions', () => {
  write('holdstill.yaml', 'version: 1\ntasks: {a: /a}');
  const path = write("tasks.d/it's.yaml", 'tasks: {b: /b}', 0o666);
  const configuration = read();
  expect(configuration.faultFor('b')).toMatchObject({
    code: 'config.insecure',
    hint: `chmod go-w '${path.replace("'", `'\\''`)}'`,
  });
  expect([...configuration.taskNames]).toEqual(['a']);
  expect(configuration.faultFor('c')).toBeUndefined();
});

test.each(['.', 'tasks.d'])('a directory that others can write to is refused: %s', (name) => {
  write('holdstill.yaml', 'version: 1');
  write('tasks.d/a.yaml', 'tasks: {}');
  const path = join(directory, name);
  chmodSync(path, 0o1777);
  expect(faultOf(read)).toMatchObject({
    code: 'config.insecure',
    message: `${path} is writable by everybody (mode 1777)`,
    hint: `chmod go-w ${path}`,
  });
});

test('so is a directory above, unless it is sticky', () => {
  const inner = join(directory, 'etc');
  mkdirSync(inner, { mode: 0o755 });
  writeFileSync(join(inner, 'holdstill.yaml'), 'version: 1', { mode: 0o644 });
  chmodSync(directory, 0o775);
  expect(faultOf(() => readConfiguration(inner, { owner: uid })).message).toBe(
    `${directory} is writable by its group (mode 0775)`,
  );
  chmodSync(directory, 0o1777);
  expect(readConfiguration(inner, { owner: uid }).brokenFiles).toEqual([]);
});

test('a symlink is followed with the same care', () => {
  const open = join(directory, 'open');
  mkdirSync(open);
  writeFileSync(join(open, 'real.yaml'), 'version: 1', { mode: 0o644 });
  symlinkSync('open/real.yaml', main);
  chmodSync(open, 0o755);
  expect(read().files.map(({ path }) => path)).toEqual([main]);
  chmodSync(open, 0o777);
  expect(read().faultFor('a')).toMatchObject({ code: 'config.insecure', hint: `chmod go-w ${open}` });
});

test('a symlink by way of another one in an open directory is refused', () => {
  const open = join(directory, 'open');
  mkdirSync(open);
  write('real.yaml', 'version: 1');
  symlinkSync('../real.yaml', join(open, 'link.yaml'));
  symlinkSync('open/link.yaml', main);
  chmodSync(open, 0o777);
  expect(read().faultFor('a')).toMatchObject({ code: 'config.insecure', hint: `chmod go-w ${open}` });
});

test('what is not a regular file is refused, and not waited for', () => {
  execFileSync('mkfifo', ['-m', '600', main]);
  expect(read().faultFor('a')).toMatchObject({ code: 'config.insecure', message: `${main} is not a regular file` });
});

test.each(['holdstill.yaml', 'missing.yaml'])('a symlink that leads nowhere is not a missing file: %s', (target) => {
  symlinkSync(target, main);
  expect(read().faultFor('a')?.code).toBe('config.unreadable');
});

test.runIf(root)('all must belong to root or to the owner that is named', () => {
  write('holdstill.yaml', 'version: 1');
  chownSync(main, other, other);
  const fault = {
    code: 'config.insecure',
    message: `${main} belongs to user ${other}, not to root`,
    hint: `chown root ${main}`,
  };
  expect(readConfiguration(directory).faultFor('a')).toMatchObject(fault);
  expect(readConfiguration(directory, { owner: other }).brokenFiles).toEqual([]);
  chownSync(directory, other, other);
  expect(faultOf(() => readConfiguration(directory))).toMatchObject({
    code: 'config.insecure',
    hint: `chown root ${directory}`,
  });
});

test.runIf(root)('a symlink of another user is refused', () => {
  write('real.yaml', 'version: 1');
  symlinkSync('real.yaml', main);
  lchownSync(main, other, other);
  expect(readConfiguration(directory).faultFor('a')).toMatchObject({
    code: 'config.insecure',
    hint: `chown -h root ${main}`,
  });
});

test.skipIf(root)('what this user may not read is reported (only as an ordinary user: root may read all)', () => {
  write('holdstill.yaml', 'version: 1', 0o000);
  expect(read().faultFor('a')).toMatchObject({
    code: 'config.unreadable',
    message: `${main} can't be read (permission denied)`,
  });
  chmodSync(directory, 0o000);
  const fault = faultOf(read);
  chmodSync(directory, 0o755);
  expect(fault.code).toBe('config.unreadable');
});

test.skipIf(root)('files of another user than root are refused by default (as root: see above, by chown)', () => {
  write('holdstill.yaml', 'version: 1');
  expect(faultOf(() => readConfiguration(directory))).toMatchObject({
    code: 'config.insecure',
    hint: `chown root ${directory}`,
  });
});
