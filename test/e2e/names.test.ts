import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

/** Everything that a shell, a path, a protocol or a terminal could stumble over, and that a task may be called. */
const NAME = `$(touch pwned) it's "two  words" ; | & \`id\` STATUS:OK {x} %n Grüße ☃ \\ * --job=9`;
const LONGEST = 'ü'.repeat(64);

/** Names that no task may have, and what is said of them. */
const FORBIDDEN = [
  ['newline', 'two\nSTATUS:OK', /must not contain a control character/],
  ['up', '../../etc/passwd', /must not contain a "\/"/],
  ['long', 'x'.repeat(300), /must not be longer than 128 bytes/],
  ['option', '-x', /must not begin with "-" or "\."/],
  ['blank', ' padded', /must not begin or end with a blank/],
] as const;

/** Names that nobody configured. */
const UNKNOWN = [
  'nobody',
  'a b\nSTATUS:ERROR {x}',
  '/../../../etc',
  'y'.repeat(5000),
  '-h',
  '\u001b[31mred',
  '..',
  '*',
];

/** Names that nearly are one that somebody configured, as bytes for printf. */
const NEARLY = {
  case: 'BÜRO Eins',
  dashes: 'Büro_Eins',
  blanks: ' Büro  Eins',
  decomposed: 'Bu\\xcc\\x88ro Eins',
  latin1: 'B\\xfcro Eins',
  cp850: 'B\\x81ro Eins',
  twice: 'B\\xc3\\x83\\xc2\\xbcro Eins',
} as const;

describeLab('the name of a task', () => {
  let run: LabRun;
  beforeAll(async () => {
    const tasks = [NAME, LONGEST, 'Büro Eins', ...FORBIDDEN.map(([, name]) => name)];
    run = await scenario('test/e2e/names.bash', {
      world: 'vg vg0 200M\n  lv data 32M ext4',
      timeoutMs: 250_000,
      values: {
        TASKS: tasks.map((name) => JSON.stringify(name)),
        NAME,
        LONGEST,
        FORBIDDEN_KEYS: FORBIDDEN.map(([key]) => key),
        FORBIDDEN: FORBIDDEN.map(([, name]) => name),
        UNKNOWN,
        NEARLY_KEYS: Object.keys(NEARLY),
        NEARLY: Object.values(NEARLY),
      },
    });
  });

  test('may hold what a shell would trip over: it works through every contract, is shown as it is and never run', () => {
    for (const product of ['generic', 'sesam', 'bacula']) {
      const [pre, post] = [run.call(`${product}-pre`), run.call(`${product}-post`)];
      expect(pre, `of ${product}`).toMatchObject({ status: 0, stderr: '' });
      expect(pre.stdout).toContain(`pre  ${NAME}  run `);
      expect(post, `of ${product}`).toMatchObject({ status: 0, stderr: '' });
      expect(post.stdout).toMatch(/verdict +good/);
    }
    expect(run.call('status').stdout).toMatch(/\$\(touch .*held/);
    expect(run.call('sesam-pre').stdout.match(/^STATUS.*$/gm)).toEqual(['STATUS:OK']);
    expect(run).toMatchObject({ stdout: '', stderr: '' });
  });

  test('may be 128 bytes long', () => {
    expect(run.call('longest-pre')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('longest-post')).toMatchObject({ status: 0, stderr: '' });
  });

  test.each(FORBIDDEN)('that can not be one (%s) is an error at pre, at its place in the file', (key, name, reason) => {
    const { status, stderr } = run.call(`${key}-pre`);
    expect(stderr).toMatch(/^holdstill: \/etc\/holdstill\/holdstill\.yaml:\d+:3: /);
    expect(stderr).toMatch(reason);
    expect(stderr.split('\n')).toHaveLength(2);
    expect(status).toBe(2);
    expect(run.call(`${key}-post`).status).toBe(0);
    expect(name).not.toBe('');
  });

  test('that nobody configured passes where one hook serves all jobs, and is an error where it stands in one', () => {
    const due = {
      unknown: [2, /^\|holdstill: there is no task ".*" in the configuration; .*holdstill config show\n$/],
      sesam: [0, /^holdstill: there is no task .*\nSTATUS:OK\n\|$/],
      bacula: [2, /^ERROR: there is no task ".*" in the configuration; .*holdstill config show\n\|$/],
    } as const;
    UNKNOWN.forEach((name, index) => {
      for (const [hook, [exit, lines]] of Object.entries(due)) {
        const { status, stdout, stderr } = run.call(`${hook}${index}`);
        expect({ name, status }).toEqual({ name, status: exit });
        expect(`${stdout}|${stderr}`).toMatch(lines);
        expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }
    });
    expect(run.call('far')).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('did you mean "Büro Eins"?') as string,
    });
    expect(run.call('far-cli-pre')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('did you mean "Büro Eins"?') as string,
    });
    expect(run.call('far-cli-post')).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['pass-pre', 'pass-run-before', 'pass-cli']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(name).stdout, `of ${name}`).toMatch(/there is no task 'nobody' in/);
    }
  });

  test('that is nearly that of a task is an error for every product, before and after the job', () => {
    const said = /there is no task ".*", but there is "Büro Eins", which differs only in case/;
    const hooks = ['pre', 'post', 'sbc_post', 'run-before', 'run-after', 'second', 'env', 'cli-pre', 'cli-post'];
    const names = [...Object.keys(NEARLY), ...hooks].map((what) => `near-${what}`);
    for (const name of [...names, 'pass-near-pre', 'pass-near-run-before']) {
      const { status, stdout, stderr } = run.call(name);
      expect({ name, status }).toEqual({ name, status: /pre$|run-|near-post|cli/.test(name) ? 2 : 1 });
      expect(stdout + stderr, `of ${name}`).toMatch(said);
    }
    // A variable that the configuration does not name is nobody's business.
    expect(run.call('near-unasked').status).toBe(0);
  });

  test('that is empty or missing is a bad call, except for sesam, which names no task then', () => {
    for (const product of ['generic', 'bacula']) {
      expect(run.call(`empty-${product}`).status, `of ${product}`).toBe(2);
      expect(run.call(`none-${product}`).status, `of ${product}`).toBe(2);
    }
    expect(run.call('empty-sesam')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/STATUS:OK\n$/) as string,
    });
    expect(run.call('none-sesam')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/STATUS:OK\n$/) as string,
    });
    expect(run.call('newline-sesam').stdout.match(/^STATUS.*$/gm)).toHaveLength(1);
    expect(run.call('newline-sesam').status).toBe(1);
  });
});
