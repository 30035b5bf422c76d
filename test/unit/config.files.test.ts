import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfiguration, type Configuration } from '../../src/config/configuration.ts';
import { bacula } from '../../src/contracts/bacula.ts';
import { sesam } from '../../src/contracts/sesam.ts';
import { faultOf, makeDirectory, readFrom, writeIn } from './config-directory.ts';

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

/** The only problem of holdstill.yaml with this content. */
function problem(content: string | Buffer): string | undefined {
  write('holdstill.yaml', content);
  const { brokenFiles } = read();
  expect(brokenFiles.map(({ path, main, fault }) => [path, main, fault.code])).toEqual([
    [main, true, 'config.invalid'],
  ]);
  return brokenFiles[0]?.fault.message.replace(main, 'FILE');
}

test('reads holdstill.yaml and the sorted files of tasks.d', () => {
  write(
    'holdstill.yaml',
    'version: 1\ntasks: {a: /a}\nsesam: {taskEnv: X, exitZero: yes, trace: true}\nlog: {level: debug}\n',
  );
  write('tasks.d/20.yaml', 'tasks: {c: /c}');
  write('tasks.d/10.yaml', '{"tasks": {"b": "/b"}}');
  for (const ignored of ['x.yml', '.hidden.yaml', 'old.yaml~', 'README']) write(`tasks.d/${ignored}`, '}');
  const configuration = read();
  expect(configuration.files.map(({ path }) => path)).toEqual([
    main,
    join(directory, 'tasks.d/10.yaml'),
    join(directory, 'tasks.d/20.yaml'),
  ]);
  expect([...configuration.taskNames]).toEqual(['a', 'b', 'c']);
  expect(configuration.brokenFiles).toEqual([]);
  expect(configuration.settings(sesam)).toEqual({ taskEnv: 'X', trace: true });
  expect(configuration.settings(bacula)).toEqual({});
  expect(configuration.logLevel).toBe('debug');
});

test('a key is the text that is written', () => {
  write(
    'holdstill.yaml',
    'version: 1\ntasks:\n  123: /a\n  yes: /b\n  0x10: /c\n  1.0: /d\n  null: /e\n  "q: x": /f\n  0700: /g\n',
  );
  expect([...read().taskNames]).toEqual(['123', 'yes', '0x10', '1.0', 'null', 'q: x', '0700']);
});

test('only a plain decimal integer is a number', () => {
  write('holdstill.yaml', '[1, -2, 0700, 1e3, 1.0, 0x1F, 9007199254740993, no, true, "3", ]'.replace(/^/, 'v: '));
  expect(read().files[0]?.value['v']).toEqual([
    1,
    -2,
    '0700',
    '1e3',
    '1.0',
    '0x1F',
    '9007199254740993',
    'no',
    true,
    '3',
  ]);
});

test('a byte order mark and CRLF are fine, and positions are still right', () => {
  write('holdstill.yaml', '\ufeffversion: 1\r\ntasks:\r\n  a: {lv: x}\r\n  l: [1, 2]\r\n');
  const [file] = read().files;
  expect(file?.position(['version'])).toEqual({ line: 1, column: 10 });
  expect(file?.position(['tasks', 'a', 'lv'])).toEqual({ line: 3, column: 11 });
  expect(file?.position(['tasks', 'a', 'lv'], 'key')).toEqual({ line: 3, column: 7 });
  expect(file?.position(['tasks', 'l', 1])).toEqual({ line: 4, column: 10 });
  expect(file?.position(['tasks', 'a', 'mount'])).toEqual({ line: 3, column: 6 });
  expect(file?.position([])).toEqual({ line: 1, column: 1 });
});

test.each([
  ['', '1:1: has no settings; write at least "version: 1"'],
  ['# version: 1\n', '1:1: has no settings; write at least "version: 1"'],
  ['- a\n', '1:1: must be a map: "key: value"'],
  ['\njust text\n', '2:1: must be a map: "key: value"'],
  ['version: 1\ntasks:\n\ta: /a\n', '3:1: a tab; indent with spaces'],
  ['version: 1\ntasks:\n  a: /a\n  b: /b\n  a: /c\n', '5:3: duplicate key "a"'],
  ['version: 1\ntasks: {1: /a, "1": /b}\n', '2:16: duplicate key "1"'],
  ['version: 1\n---\nversion: 1\n', '2:1: a second document begins here; put all into one, or into files of tasks.d'],
  ['a: &x 1\n', '1:7: anchors, aliases and merge keys are not supported; write the value out'],
  ['a: 1\n<<: {b: 1}\n', '2:1: anchors, aliases and merge keys are not supported; write the value out'],
  ['a: !!binary aGk=\n', '1:13: tags such as "!!binary" are not supported'],
  ['%YAML 1.1\n---\na: 1\n', '1:1: only YAML 1.2 is understood'],
  ['? [a]\n: 1\n', '1:3: a key must be plain text'],
  ['__proto__: 1\n', '1:1: this cannot be a key'],
  ['a: b: c\n', '1:4: a second ": " in one line; put the value in quotes, or the inner map on lines of its own'],
  ['a: @x\n', '1:4: a value cannot begin with this character; put it in quotes'],
  ['a:\n  - x\n b: 2\n', '3:1: wrong indentation, or a "[" or "{" before it that is not closed'],
  ['version: 1\ntasks: [broken\n\n', '2:15: wrong indentation, or a "[" or "{" before it that is not closed'],
  ['a: "x\n', '1:6: a quote, bracket or brace is missing, or was not closed before'],
  [Buffer.from('version: 1\nä: ö\n', 'latin1'), '2:1: not UTF-8; save the file in that encoding'],
  ['a: "\n\u001b]0;x\u0007: 1', '2:10: a quote, bracket or brace is missing, or was not closed before'],
  ['"a\\nb": 1\n"a\\nb": 2\n', '2:1: duplicate key "a\\nb"'],
])('not sound: %j', (content, text) => {
  expect(problem(content)).toBe(`FILE:${text}`);
});

// Not left to the end of the stack: there a regular expression of Node.js 20 may abort the process.
test.each(['[', '{a: ', '? ', ': '])('what is nested absurdly deep is refused: %s', (piece) => {
  for (const times of [100, 3000, 50_000]) {
    expect(problem(`a: 1\nb: ${piece.repeat(times)}`)).toMatch(/^FILE:\d:\d+: nested too deeply$/);
  }
});

test('what is read is not printed, whatever the environment says', () => {
  const said: unknown[] = [];
  const { log, dir } = console;
  Object.assign(console, { log: (text: unknown) => said.push(text), dir: (thing: unknown) => said.push(thing) });
  Object.assign(process.env, { LOG_STREAM: '1', LOG_TOKENS: '1' });
  try {
    expect(problem('a: [')).toMatch(/^FILE:1:5: /);
    expect(said).toEqual([]);
    expect(process.env['LOG_TOKENS']).toBe('1');
  } finally {
    Object.assign(console, { log, dir });
    delete process.env['LOG_STREAM'];
    delete process.env['LOG_TOKENS'];
  }
});

test('a file of more than 1 MiB is refused', () => {
  expect(problem(`a: ${'x'.repeat(1024 * 1024)}`)).toBe('FILE is larger than 1 MiB');
});

test('all that a file has twice is reported', () => {
  write('holdstill.yaml', 'a: 1\na: 2\nb: &x 1\n');
  const fault = read().brokenFiles[0]?.fault;
  expect(fault?.message).toBe('the configuration has 2 problems');
  expect(fault?.detail).toEqual([
    `${main}:2:1: duplicate key "a"`,
    `${main}:3:7: anchors, aliases and merge keys are not supported; write the value out`,
  ]);
});

test.each(['no directory', 'an empty directory', 'an empty tasks.d'])('nothing is configured: %s', (how) => {
  if (how === 'an empty tasks.d') mkdirSync(join(directory, 'tasks.d'), { mode: 0o755 });
  const asked = how === 'no directory' ? join(directory, 'none') : directory;
  const fault = faultOf(() => readConfiguration(asked, { owner: process.getuid?.() ?? 0 }));
  expect([fault.code, fault.message]).toEqual(['config.missing', `there is no ${join(asked, 'holdstill.yaml')}`]);
  expect(fault.hint).toBe(
    'it needs at least three lines: "version: 1", "tasks:" and "  NAME-OF-THE-BACKUP-TASK: /srv/data"',
  );
});

test('files of tasks.d alone are enough', () => {
  write('tasks.d/a.yaml', 'tasks: {a: /a}');
  expect(read().faultFor('a')).toBeUndefined();
  expect([...read().taskNames]).toEqual(['a']);
});

test('a broken file of tasks.d concerns only the tasks that it mentions', () => {
  write('holdstill.yaml', 'version: 1\ntasks: {a: /a, both: /a}');
  write('tasks.d/bad.yaml', `tasks:\n  lost-task: /x\n  both: [\n  "say \\"hi\\"": /x\n  'it''s': /x\n`);
  const configuration = read();
  expect(configuration.brokenFiles.map(({ path }) => path)).toEqual([join(directory, 'tasks.d/bad.yaml')]);
  const concerned = ['a', 'both', 'elsewhere', 'lost', 'x-', '', 'lost-task', 'say "hi"', "it's"].filter(
    (name) => configuration.faultFor(name)?.code === 'config.invalid',
  );
  expect(concerned).toEqual(['lost-task', 'say "hi"', "it's"]);
});

test('a broken file in another encoding still mentions its tasks', () => {
  write('tasks.d/latin1.yaml', Buffer.from('tasks:\n  Büro: /x\n', 'latin1'));
  write('tasks.d/utf16.yaml', Buffer.from('\ufefftasks:\n  Küche: /x\n', 'utf16le'));
  expect(read().faultFor('Büro')?.message).toContain('latin1.yaml:2:4: not UTF-8');
  expect(read().faultFor('Küche')?.message).toContain('utf16.yaml:1:1: not UTF-8');
  expect(read().faultFor('Bad')).toBeUndefined();
});

test('a broken holdstill.yaml concerns every task', () => {
  write('holdstill.yaml', 'version: 1\ntasks: [');
  write('tasks.d/good.yaml', 'tasks: {a: /a}');
  expect(read().faultFor('a')?.code).toBe('config.invalid');
  expect(read().faultFor('unheard-of')?.code).toBe('config.invalid');
});

test.each([
  ['version: 1\ntask: {a: /a}\n', '2:1: task: unknown key, did you mean "tasks"?'],
  ['version: 1\ntasks: [a]\n', '2:8: tasks: is a list, must be a map, for example tasks: {nightly-data: /srv/data}'],
  ['version: 1\ntasks:\n', '2:7: tasks: is empty, must be a map, for example tasks: {nightly-data: /srv/data}'],
  ['tasks: {a: /a}\n', '1:1: version: missing; it must be 1'],
  ['version: 2\n', '1:10: version: is 2, must be 1'],
])('a top that hides tasks is not taken for "not configured": %j', (content, text) => {
  write('holdstill.yaml', content);
  expect(read().faultFor('a')?.message).toBe(`${main}:${text}`);
});

test('a wrong top in a file of tasks.d concerns only what it mentions', () => {
  write('holdstill.yaml', 'version: 1\ntasks: {a: /a}');
  const path = write('tasks.d/x.yaml', 'taks: {b: /a}\n');
  expect(read().faultFor('b')?.message).toBe(`${path}:1:1: taks: unknown key, did you mean "tasks"?`);
  expect(read().faultFor('a')).toBeUndefined();
  expect(read().faultFor('c')).toBeUndefined();
});
