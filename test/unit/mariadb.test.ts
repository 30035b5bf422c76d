import { expect, test } from 'vitest';
import { Fault } from '../../src/core/model/fault.ts';
import { isGone, refusal } from '../../src/quiesce/mariadb/refusals.ts';
import { errorNumber, mariadbClient } from '../../src/system/tools/mariadb.ts';

const { complaint } = mariadbClient(
  { program: 'mariadb', options: undefined, host: undefined, port: undefined, socket: undefined, user: undefined },
  '/root',
);

// What mariadb 10.11.19 printed on standard error, with --batch --unbuffered.
test.each([
  [
    "ERROR 1045 (28000): Access denied for user 'nobody'@'localhost' (using password: NO)\n",
    1045,
    "ERROR 1045 (28000): Access denied for user 'nobody'@'localhost' (using password: NO)",
  ],
  [
    "--------------\nSELECT 'still'\n--------------\n\nERROR 2006 (HY000) at line 2: Server has gone away\n",
    2006,
    'ERROR 2006 (HY000): Server has gone away',
  ],
  ['', undefined, ''],
  ['mariadb: unknown variable\n', undefined, 'mariadb: unknown variable'],
])('of what the client says the error is found: %j', (stderr, number, line) => {
  expect(complaint(stderr)).toBe(line);
  expect(errorNumber(complaint(stderr))).toBe(number);
});

const failed = (detail: string): Fault => new Fault('tool.failed', 'mariadb ended with status 1', { detail: [detail] });

test('a socket at which nobody listens proves that there is no server; one that is slow, or a host, does not', () => {
  const at = (host: string, number: number) => `ERROR 2002 (HY000): Can't connect to ${host} (${number})`;
  expect(isGone(failed(at("local server through socket '/run/nix'", 2)))).toBe(true);
  expect(isGone(failed(at("local server through socket '/run/nix'", 111)))).toBe(true);
  expect(isGone(failed(at("local server through socket '/run/nix'", 11)))).toBe(false);
  expect(isGone(failed(at("server on '127.0.0.1'", 115)))).toBe(false);
  expect(isGone(new Fault('tool.timeout', 'mariadb did not answer within 10 s'))).toBe(false);
});

test('each refusal says what to do next', () => {
  const next = (detail: string, options = '') => refusal(failed(detail), { kind: 'mysql', options }).hint;
  expect(next('ERROR 1698 (28000): Access denied')).toContain('/root/.my.cnf');
  expect(next('ERROR 1045 (28000): Access denied', '/etc/my file.cnf')).toContain("'/etc/my file.cnf'");
  expect(next('ERROR 1227 (42000): Access denied')).toContain('GRANT RELOAD, BACKUP_ADMIN');
  expect(next('ERROR 2026 (HY000): TLS/SSL error: Certificate verification failure', '/etc/a.cnf')).toContain(
    "'ssl-ca' in /etc/a.cnf",
  );
  expect(next('ERROR 2005 (HY000): Unknown server host')).toContain("'host'");
});
