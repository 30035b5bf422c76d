import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '../../src/core/model/fault.ts';
import { keepsakeOf, keepsakeStep, makeKeepsake, undoKeepsake } from '../../src/quiesce/postgresql/keepsake.ts';
import { refusal } from '../../src/quiesce/postgresql/refusals.ts';
import { backupWords, checkRights, logFiles } from '../../src/quiesce/postgresql/words.ts';
import { accountOf } from '../../src/system/account.ts';
import { psqlClient } from '../../src/system/tools/psql.ts';

let above: string;
beforeEach(() => {
  above = fs.mkdtempSync(path.join(os.tmpdir(), 'holdstill-keepsake.'));
});
afterEach(() => fs.rmSync(above, { recursive: true }));

const undo = async (directory: string, run: string) => {
  const [outcome] = await undoKeepsake.undo([{ number: 1, step: keepsakeStep(directory, run), facts: undefined }]);
  return outcome;
};
const LABELS = { backup_label: Buffer.from('START\n'), tablespace_map: Buffer.from('') };

test('what a restore needs is kept, and removed by the run that made it', async () => {
  const directory = path.join(above, 't.postgresql');
  const log = makeKeepsake(directory, 'aaaaaaaa', LABELS);
  fs.writeFileSync(path.join(log, '000000010000000000000006'), 'wal');
  expect(fs.readdirSync(directory).toSorted()).toEqual(['backup_label', 'pg_wal', 'run']);
  expect(() => makeKeepsake(directory, 'bbbbbbbb', LABELS)).toThrow(/something of this name is there already/);
  expect(await undo(directory, 'bbbbbbbb')).toMatchObject({ kind: 'left', foreign: true });
  expect(await undo(directory, 'aaaaaaaa')).toEqual({ kind: 'undone' });
  expect(fs.existsSync(directory)).toBe(false);
  expect(await undo(directory, 'aaaaaaaa')).toEqual({ kind: 'undone' });
});

test('one that was only just made goes, and what somebody has put into it stays', async () => {
  const directory = path.join(above, 't.postgresql');
  fs.mkdirSync(directory);
  expect(await undo(directory, 'aaaaaaaa')).toEqual({ kind: 'undone' });
  fs.mkdirSync(directory);
  fs.writeFileSync(path.join(directory, 'run'), '');
  expect(await undo(directory, 'aaaaaaaa')).toEqual({ kind: 'undone' });
  makeKeepsake(directory, 'aaaaaaaa', LABELS);
  fs.writeFileSync(path.join(directory, 'notes'), 'mine');
  expect(await undo(directory, 'aaaaaaaa')).toMatchObject({ kind: 'left', foreign: true });
  expect(fs.readdirSync(directory)).toEqual(['notes']);
});

test('each task and port has a directory of its own', () => {
  expect(keepsakeOf('shop', undefined)).toBe('/var/lib/holdstill/shop.postgresql');
  expect(keepsakeOf('shop/x', '5433')).toBe('/var/lib/holdstill/shop=2Fx.postgresql-5433');
});

test('a user of this host is found by his line', () => {
  const passwd = 'root:x:0:0:root:/root:/bin/bash\npostgres:x:114:120:,,,:/var/lib/postgresql:/bin/bash\nbad:x:y::\n';
  expect(accountOf('postgres', passwd)).toEqual({ uid: 114, gid: 120, home: '/var/lib/postgresql' });
  expect(accountOf('bad', passwd)).toBeUndefined();
  expect(accountOf('nobody', passwd)).toBeUndefined();
});

const { complaint } = psqlClient(
  { host: undefined, port: undefined, user: undefined, database: undefined, passfile: undefined, application: 'x' },
  undefined,
  '/root',
);

// What psql 15.18 printed on standard error.
test.each([
  [
    'psql: error: connection to server at "127.0.0.1", port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n',
    'connection to server at "127.0.0.1", port 5432 failed: Connection refused',
    /does not answer/,
  ],
  [
    'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: FATAL:  role "stranger" does not exist\n',
    'connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: FATAL: role "stranger" does not exist',
    /does not let holdstill in/,
  ],
  [
    'ERROR:  42501: permission denied for function pg_backup_start\nLOCATION:  aclcheck_error, aclchk.c:3655\n',
    'ERROR: 42501: permission denied for function pg_backup_start',
    /lacks a right/,
  ],
])('of what psql says the error is found: %j', (stderr, line, kind) => {
  expect(complaint(stderr)).toBe(line);
  expect(refusal(new Fault('tool.failed', 'psql ended with status 2', { detail: [line] }), '').message).toMatch(kind);
});

test('who may not do it is told what to grant, by the names that his version has', async () => {
  const server = (version: string, standby: string, rights: string) => (statement: string) =>
    Promise.resolve(/version/.test(statement) ? [version, standby] : [rights]);
  const told = (mode: 'checkpoint' | 'backup', ...of: [string, string, string]) =>
    checkRights(mode, server(...of)).then(
      (found) => found,
      (error: unknown) => (error as Fault).hint ?? (error as Fault).message,
    );
  expect(await told('checkpoint', '150018', 'f', 'f')).toContain('GRANT pg_checkpoint');
  expect(await told('backup', '150018', 'f', 'f')).toContain('pg_backup_start(text, boolean)');
  expect(await told('backup', '130014', 'f', 'f')).toContain('pg_start_backup(text, boolean, boolean)');
  expect(await told('backup', '150018', 't', 't')).toContain('save the primary');
  expect(await told('checkpoint', '150018', 't', 't')).toEqual({ version: '150018' });
});

test('no file is asked for, or copied, by a name that the server can not have meant', () => {
  expect(() => logFiles(['000000010000000000000006', '../../../etc/shadow'])).toThrow(/no names of files/);
  const { between } = backupWords({ kind: 'postgresql', version: '150018' }, 'x');
  expect(() => between('000000010000000000000006', `'; DROP TABLE a; --`)).toThrow(/no names of files/);
  expect(between('000000010000000000000006', '000000010000000000000007')).toContain('BETWEEN');
});
