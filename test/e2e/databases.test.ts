import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

const CUTS = 10;

/** What was found in the cuts of a task: `one state`, or what is wrong. */
function cutsOf(run: LabRun, task: string): readonly string[] {
  return Array.from(run.stdout.matchAll(new RegExp(`^${task} \\d+ \\d+: (.*)$`, 'gm')), ([, what = '']) => what);
}

describeLab('a MariaDB with its tables on two volumes', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/databases-mariadb.bash', {
      world: 'vg vg0 500M\n  lv mysql 160M ext4 /srv/mysql\n  lv mysql2 24M ext4 /srv/mysql2',
      extra: 'databases',
      memory: '1500M',
      timeoutMs: 600_000,
      values: { CUTS },
    });
  });

  test('is of one state where it was at rest, by its socket and over the network, and of several where it was not', () => {
    expect(cutsOf(run, 't')).toEqual(Array(CUTS).fill('one state'));
    expect(cutsOf(run, 'net')).toEqual(Array(2).fill('one state'));
    expect(cutsOf(run, 'both')).toEqual(Array(2).fill('one state'));
    expect(cutsOf(run, 'word')).toEqual(['one state']);
    expect(cutsOf(run, 'live')).toHaveLength(3);
    expect(cutsOf(run, 'live')).not.toContain('one state');
  });

  test('starts on what was saved, with all its tables in step', () => {
    const [a = 0, b = 0, ledger = 0, count = 0] = numbers(run.stdout, /^served (\d+) (\d+) (\d+) (\d+)$/m);
    expect(a).toBeGreaterThan(0);
    expect([0, 1]).toContain(a - b);
    expect([0, 1]).toContain(b - ledger);
    expect(count).toBe(ledger);
    expect(run.call('good').stdout).toMatch(/^ {2}cut +at rest \d+\.\d\d s by MariaDB {2}grade application$/m);
  });

  test.each([
    [
      'wrong',
      /the database does not let holdstill in: ERROR 1045 .*; put user and password into \/etc\/holdstill\/wrong\.cnf/,
    ],
    ['weak', /the user of the database lacks a right: ERROR 1227 .* RELOAD .*; type in the database: GRANT RELOAD ON/],
    ['seen', /seen\.cnf can be read by others; chmod go= \/etc\/holdstill\/seen\.cnf/],
    ['gone', /the database does not answer: ERROR 2002 .*other\.sock' \(2\); look whether it runs/],
    ['far', /the database does not answer: ERROR 2002 .*'127\.0\.0\.1'.*; look whether it runs/],
    ['missing', /mariadb is not installed .*; type: apt-get install mariadb-client/],
  ])('tells in one line why it can not be asked, before anything rests: %s', (name, line) => {
    expect(run.call(name).status).not.toBe(0);
    expect(run.call(name).stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(line)]);
  });

  test('does not wait for who only reads, nor for long for who writes', () => {
    expect(run.call('reading').status).toBe(0);
    expect(run.call('writing').status).toBe(1);
    expect(run.call('writing').stderr).toMatch(/MariaDB did not come to rest within 2 s; look who works so long/);
    expect(run.stdout).not.toMatch(/still there|does not wait|still waits|does not write/);
  });

  test('writes again when the hook dies or stands still, and what was cut then is no good backup', () => {
    expect(run.stdout).not.toMatch(/was not reached|does not write/);
    for (const how of ['kill', 'group']) {
      expect(run.stdout).toContain(`${how}: status 137`);
      expect(run.call(`after-${how}`).stdout).toMatch(/BAD: pre did not finish/);
    }
    expect(run.stdout).toContain('term: status 1');
    expect(run.stdout).toContain('stop: status 1');
    expect(run.stdout).toMatch(/of grade crash.* the lock of MariaDB was let go before all snapshots were taken/);
  });

  test('leaves nothing behind, and its password nowhere', () => {
    expect(run.stdout).not.toMatch(/the machine is not as it was|gEheim|:\d+$/m);
    expect(run.status).toBe(0);
  });
});

function numbers(text: string, pattern: RegExp): readonly number[] {
  return (pattern.exec(text) ?? []).slice(1).map(Number);
}

describeLab('a PostgreSQL with a tablespace on a second volume', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/databases-postgresql.bash', {
      world: 'vg vg0 460M\n  lv pg 160M ext4 /srv/pg\n  lv pg2 48M ext4 /srv/pg2',
      extra: 'databases',
      memory: '1500M',
      timeoutMs: 600_000,
      values: { CUTS },
    });
  });
  const found = (task: string): readonly string[] =>
    Array.from(run.stdout.matchAll(new RegExp(`^${task} (.*)$`, 'gm')), ([, what = '']) => what);

  test('is of one state with what holdstill keeps for it, though its volumes are cut a second apart', () => {
    expect(found('t')).toEqual(Array(CUTS).fill('one state'));
    expect(run.call('good').stdout).toMatch(/^ {2}cut +at rest \d+\.\d\d s by PostgreSQL {2}grade application$/m);
    expect(run.call('good').stdout).toMatch(/backup mode, .*: save \/var\/lib\/holdstill\/t\.postgresql with them/);
    expect(run.stdout).toMatch(/^backup_label\npg_wal\nrun\ntablespace_map$/m);
  });

  test('asks as a user who may do no more than that', () => expect(run.call('rights').status).toBe(0));

  test('is of several without backup mode, and does not even start without what is kept', () => {
    expect(found('live')).toHaveLength(3);
    expect(found('live').filter((one) => one !== 'one state')).not.toEqual([]);
    expect(found('without')).toEqual([expect.stringMatching(/^(does not start|not: )/)]);
  });

  test('needs a checkpoint and no more where it is cut in one instant', () => {
    expect(run.call('net').status).toBe(0);
    expect(found('both')).toEqual(Array(2).fill('one state'));
    expect(run.call('alone').status).toBe(0);
    expect(run.call('alone').stdout).toMatch(/PostgreSQL wrote a checkpoint; no more is needed/);
  });

  test.each([
    ['far', /not of one instant, and the log of PostgreSQL is on 127\.0\.0\.1; let the guest stand still as well/],
    [
      'closed',
      /the database does not answer: connection to server at "127\.0\.0\.1", port 5433.*; look whether it runs/,
    ],
    ['wrong', /the database does not let holdstill in: .*password authentication failed.*wrong\.pgpass/],
    ['gone', /the database does not answer: connection to server on socket "\/run\/other.*; look whether it runs/],
    ['weak', /the user of the database lacks a right for a backup; type in the database: GRANT EXECUTE/],
    ['nobody', /there is no user pgsql on this host, as which PostgreSQL could be asked; set 'account'/],
    ['unknown', /the database does not let holdstill in: .*role "stranger" does not exist; look at 'user'/],
    ['missing', /psql is not installed .*; type: apt-get install postgresql-client/],
  ])('tells in one line why it can not be asked: %s', (name, line) => {
    expect(run.call(name).status).toBe(1);
    expect(run.call(name).stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(line)]);
  });

  test('is in backup mode no longer when the hook dies or stands still', () => {
    expect(run.stdout).not.toMatch(/was not reached|still in backup mode/);
    for (const how of ['kill', 'group']) {
      expect(run.stdout).toContain(`${how}: status 137`);
      expect(run.call(`after-${how}`).stdout).toMatch(/BAD: pre did not finish/);
    }
    expect(run.stdout).toContain('term: status 1');
    expect(run.stdout).toMatch(/the backup of PostgreSQL is not complete: no time was left to ask psql/);
    expect(run.stdout).not.toMatch(/the machine is not as it was|gEheim|:\d+$/m);
    expect(run.status).toBe(0);
  });
});
