import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const holdstill = path.join(import.meta.dirname, '../../dist/holdstill');
const script = path.join(import.meta.dirname, 'status.sh');
const namespaces = spawnSync('unshare', ['-rm', 'true']).status === 0;
if (process.env['CI'] && !namespaces) throw new Error('CI is set, and some of these tests would be skipped');
if (!namespaces) process.stderr.write('status: some are skipped, `unshare -rm` is not allowed here\n');

interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command with an /etc/holdstill of its own, which the shell words make; see status.sh. */
function configured(make: string, ...words: readonly string[]): Said {
  const call = ['-rm', '/bin/sh', script, make, holdstill, ...words];
  const { status, stdout, stderr } = spawnSync('unshare', call, { encoding: 'utf8', env: {}, timeout: 60_000 });
  return { status, stdout, stderr };
}

/** A word of status.sh. */
const SOUND = 'sound';

describe.skipIf(!namespaces)('a configuration that can not be used', () => {
  const CASES: readonly [what: string, make: string, said: RegExp][] = [
    ['is not there', ':', /there is no \/etc\/holdstill\/holdstill\.yaml/],
    [
      'is open to others',
      `${SOUND}; /bin/chmod 777 .`,
      /\/etc\/holdstill is writable by everybody \(mode 0777\); chmod go-w/,
    ],
    [
      'is broken',
      `printf 'version: 1\\ntasks: [broken\\n' >holdstill.yaml`,
      /\/etc\/holdstill\/holdstill\.yaml:\d:\d+: /,
    ],
    ['is broken in one of its files', `${SOUND}; echo 'tasks: [t' >tasks.d/a.yaml`, /tasks\.d\/a\.yaml:\d:\d+: /],
    [
      'has a task that could not be opened',
      `${SOUND}; echo 'tasks: {u: {lvm: a/b}}' >tasks.d/u.yaml`,
      /u\.yaml:1:\d+: tasks\.u\.lvm: unknown key/,
    ],
    ['is a directory', `/bin/mkdir holdstill.yaml`, /holdstill\.yaml is not a regular file/],
  ];

  test.each(CASES)('is reported by status, which does not end with 0: it %s', (_, make, text) => {
    const said = configured(make, 'status');
    expect(said).toMatchObject({ status: 2, stderr: '' });
    expect(said.stdout).toMatch(text);
    expect(said.stdout).not.toContain('nothing is open');
    const json = configured(make, 'status', '--json');
    expect(json.status).toBe(2);
    const { schema, broken } = JSON.parse(json.stdout) as { schema: number; broken: readonly string[] };
    expect({ schema, broken: broken.join('\n') }).toEqual({ schema: 1, broken: expect.stringMatching(text) as string });
  });

  test('is reported for one task as far as it concerns that', () => {
    const [whole, one] = [CASES[2], CASES[4]] as const;
    const unknown = configured(whole?.[1] ?? '', 'status', 't');
    expect(unknown).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/holdstill\.yaml:\d/) as string,
    });
    expect(configured(one?.[1] ?? '', 'status', 't')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^t +idle\n$/) as string,
    });
    expect(configured(one?.[1] ?? '', 'status', 'u')).toMatchObject({
      status: 2,
      stdout: expect.stringContaining('unknown key') as string,
    });
    expect(configured(SOUND, 'status', 'T')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('did you mean "t"?') as string,
    });
  });

  test('that is sound ends with 0', () => expect(configured(SOUND, 'status')).toMatchObject({ status: 0, stderr: '' }));
});

describe.skipIf(!namespaces)('an error of a command with --json', () => {
  test.each([
    [['plan', 'x'], 'task.unknown', 2],
    [['plan'], 'call.invalid', 2],
    [['plan', 't', '--nonsense'], 'call.invalid', 2],
    [['nonsense'], 'call.invalid', 2],
    [['status', 'x'], 'task.unknown', 2],
    [['find', '/no/such'], undefined, 1],
    [['pre', 'x'], 'task.unknown', 2],
    [['pre', 'T'], 'task.unknown', 2],
    [['post', 'T'], 'task.unknown', 2],
    [['recover', '--boot', 't'], 'call.invalid', 2],
  ] as const)('is one JSON document on standard output: %j', (words, code, status) => {
    const said = configured(SOUND, ...words, '--json');
    expect(said).toMatchObject({ status, stderr: '' });
    const { schema, error } = JSON.parse(said.stdout) as { schema: number; error: { code: string; message: string } };
    expect(schema).toBe(1);
    expect(error.message).toMatch(/./);
    if (code !== undefined) expect(error.code).toBe(code);
  });

  test('of the configuration, too, and what is well is JSON as well', () => {
    for (const words of [
      ['config', 'validate'],
      ['config', 'show'],
      ['pre', 't'],
      ['plan', 't'],
    ]) {
      const said = configured(`echo 'tasks: {t: 1}' >holdstill.yaml`, ...words, '--json');
      expect(said).toMatchObject({ status: 2, stderr: '' });
      expect(JSON.parse(said.stdout)).toMatchObject({ schema: 1, error: { code: 'config.invalid' } });
    }
    expect(JSON.parse(configured(SOUND, 'config', 'validate', '--json').stdout)).toMatchObject({
      schema: 1,
      tasks: ['t'],
      warnings: [],
    });
    expect(JSON.parse(configured(SOUND, 'post', 't', '--json').stdout)).toMatchObject({ schema: 1, result: 'nothing' });
    expect(JSON.parse(configured(SOUND, 'recover', '--json').stdout)).toEqual({ schema: 1, replies: [] });
  });

  test('what is given to a command of run is that command', () => {
    const said = configured(SOUND, 'run', 'x', '--', 'true', '--json');
    expect(said).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/^holdstill: /m) as string });
  });
});

describe.skipIf(!namespaces)('calls of which no task is configured', () => {
  const sesam = path.join(path.dirname(holdstill), 'sesam/sbc_pre');
  const bacula = path.join(path.dirname(holdstill), 'bacula/run-before');
  const call = (...words: readonly string[]): string => `${words.map((word) => `'${word}'`).join(' ')} >/dev/null;`;

  test('are reported by status, those first that were probably for a task, and it still ends with 0', () => {
    const calls = [
      call(sesam, 'SC20240131200000123@9DdOQVSaem6', 'Backup_other', 'F'),
      call(sesam, 'SC20240201200000123@9DdOQVSaem6', 'Backup_other', 'I'),
      call(sesam, 't'),
      call(bacula, 'nightly-dato', '--job=7'),
      call(bacula, 'a\u001b[31m\nSTATUS:OK', '--job=8'),
    ];
    const make = `${SOUND}; echo 'tasks: {nightly-data: /srv}' >tasks.d/n.yaml; ${calls.join(' ')} :`;
    const { status, stdout, stderr } = configured(make, 'status');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const told = stdout.split('\n').filter((line) => line.startsWith('no task'));
    expect(told).toEqual([
      expect.stringMatching(
        /^no task for "nightly-dato" \(bacula, called at [\d-]+ [\d:]+\): the job failed because of that; did you mean "nightly-data"\?$/,
      ),
      expect.stringMatching(/^no task for "a\\x1b\[31m\\nSTATUS:OK" \(bacula, called at /),
      expect.stringMatching(
        /^no task for "Backup_other" \(sesam, called 2 times, last at [\d-]+ [\d:]+\): the job ran without a snapshot$/,
      ),
    ]);
    const json = JSON.parse(configured(make, 'status', '--json').stdout) as { unknown: readonly object[] };
    expect(json.unknown[0]).toMatchObject({ product: 'bacula', refused: true, times: 1 });
    expect(json.unknown).toHaveLength(3);
  });

  test('are at most twenty, and never fail a hook', () => {
    const many = `for i in $(/usr/bin/seq 30); do ${sesam} job$i >/dev/null || exit 9; done`;
    const { stdout } = configured(`${SOUND}; ${many}; /bin/ls -l /var/log/holdstill/unknown.json`, 'status', '--json');
    const json = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { unknown: readonly { words: readonly string[] }[] };
    expect(json.unknown.map(({ words }) => words[0])).toEqual(
      Array.from({ length: 20 }, (_, index) => `job${30 - index}`),
    );
    expect(stdout).toMatch(/^-rw------- /);
    const spoilt = [
      'echo x >/var/log/holdstill/unknown.json',
      '/bin/mkdir /var/log/holdstill/unknown.json',
      '/bin/chmod 777 /var/log',
    ];
    for (const how of spoilt) {
      const said = configured(
        `${SOUND}; /bin/mkdir -p /var/log/holdstill; ${how}; ${sesam} other | /usr/bin/tail -n 1`,
        'status',
      );
      expect(said).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^STATUS:OK\n/) as string });
    }
  });
});

describeLab('status for monitoring', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/status.bash', {
      world: 'vg vg0 200M\n  lv data 32M ext4 /srv/data\n  lv other 16M ext4',
      timeoutMs: 200_000,
    });
  });

  test.each([
    ['idle', 0],
    ['held', 0],
    ['held-other', 0],
    ['working', 0],
    ['unmounted', 5],
    ['overflowed', 5],
    ['crashed', 3],
    ['stray', 3],
    ['damaged', 3],
  ])('leaves well or not: %s, %i', (name, status) => {
    expect(run.call(name)).toMatchObject({ status, stderr: '' });
  });

  test('says so to a user that may not look', () => {
    expect(run.call('user').status).not.toBe(0);
    expect(run.call('user').stdout + run.call('user').stderr).toMatch(/\/var\/lib\/holdstill|\/etc\/holdstill/);
  });

  test('gives machines the verdict', () => {
    const { tasks } = JSON.parse(run.call('overflowed-json').stdout) as {
      tasks: readonly { task: string; verdict?: object }[];
    };
    expect(tasks.find(({ task }) => task === 't')?.verdict).toMatchObject({
      kind: 'bad',
      reasons: expect.arrayContaining([expect.stringContaining('overflow')]) as string[],
    });
    expect(JSON.parse(run.call('opened').stdout)).toMatchObject({
      schema: 1,
      result: 'opened',
      paths: [{ source: 'vg0/other' }],
    });
    expect(JSON.parse(run.call('closed').stdout)).toMatchObject({
      result: 'closed',
      verdict: { kind: 'good' },
      leftovers: [],
    });
  });
});
