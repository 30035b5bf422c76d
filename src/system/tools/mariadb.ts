import type { Client } from '../session.ts';

/** How a server of MariaDB or MySQL is reached. What is undefined is as the client's option files say, or as it has it by itself. */
export interface MariadbRef {
  /** The client: `mariadb` or `mysql`. */
  readonly program: string;
  /** The only option file that is read; undefined: the usual ones. */
  readonly options: string | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly socket: string | undefined;
  readonly user: string | undefined;
}

/** Seconds to connect in; a server that is there answers at once. */
const CONNECT_SECONDS = 5;

/**
 * The client of MariaDB and MySQL. It never connects again by itself, or a lock would be lost without a word; ends at the first error; and sends no
 * file that the server asks for. Options were tried with mariadb 10.11; mysql(1) of MySQL 8.0 has them too.
 */
export function mariadbClient({ program, options, host, port, socket, user }: MariadbRef, home: string): Client {
  const option = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}=${value}`];
  return {
    tool: program,
    argv: [
      // It has to be the first one.
      ...option('defaults-file', options),
      '--batch',
      '--skip-column-names',
      '--unbuffered',
      '--skip-reconnect',
      '--skip-force',
      '--no-auto-rehash',
      '--local-infile=0',
      `--connect-timeout=${CONNECT_SECONDS}`,
      ...(host === undefined ? [] : ['--protocol=TCP']),
      ...option('host', host),
      ...option('port', port),
      ...option('socket', socket),
      ...option('user', user),
    ],
    env: { HOME: home },
    account: undefined,
    saying: (statements, word) => [...statements, `SELECT '${word}'`].map((one) => `${one};\n`).join(''),
    complaint: (stderr) => complaintOf(stderr),
  };
}

/** The line with the error. It repeats the statement before it (mariadb 10.11, with --unbuffered), and may warn of something first. */
function complaintOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const line = lines.findLast((one) => one.startsWith('ERROR ')) ?? lines.at(-1) ?? '';
  return line.replace(/ at line \d+: /u, ': ');
}

/** The number of an error of the server or the client: `ERROR 1045 (28000): …`. */
export function errorNumber(complaint: string): number | undefined {
  const number = /^ERROR (\d+)/u.exec(complaint)?.[1];
  return number === undefined ? undefined : Number(number);
}
