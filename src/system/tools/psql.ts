import type { Account } from '../account.ts';
import type { Client } from '../session.ts';

/** How a server of PostgreSQL is reached. What is undefined is as libpq has it by itself. */
export interface PostgresqlRef {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly user: string | undefined;
  readonly database: string | undefined;
  /** A file with passwords. */
  readonly passfile: string | undefined;
  /** How the server calls the session. */
  readonly application: string;
}

/** Its name. */
export const PSQL = 'psql';

/** Seconds to connect in; a server that is there answers at once. */
const CONNECT_SECONDS = 5;

/**
 * The client of PostgreSQL, as a user of this host; undefined: as root. It ends at the first error, never asks for a password, and reads no file of
 * commands. libpq takes the rest from its environment: PostgreSQL 15, 34.15.
 */
export function psqlClient(
  { host, port, user, database = 'postgres', passfile, application }: PostgresqlRef,
  account: Account | undefined,
  rootsHome: string,
): Client {
  const variable = (name: string, value: string | undefined): Readonly<Record<string, string>> =>
    value === undefined ? {} : { [name]: value };
  return {
    tool: PSQL,
    argv: ['-X', '-q', '-A', '-t', '-w', '-v', 'ON_ERROR_STOP=1', '-v', 'VERBOSITY=verbose'],
    env: {
      HOME: account?.home ?? rootsHome,
      PGDATABASE: database,
      PGAPPNAME: application,
      PGCONNECT_TIMEOUT: String(CONNECT_SECONDS),
      ...variable('PGHOST', host),
      ...variable('PGPORT', port),
      ...variable('PGUSER', user),
      ...variable('PGPASSFILE', passfile),
    },
    account: account && { uid: account.uid, gid: account.gid },
    saying: (statements, word) => [...statements, `SELECT '${word}'`].map((one) => `${one};\n`).join(''),
    complaint: complaintOf,
  };
}

/** The first line with an error, without what psql puts before it: `ERROR:  42501: permission denied …`, `FATAL:  …`. */
function complaintOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const line = lines.find((one) => /(?:ERROR|FATAL|error):/u.test(one)) ?? lines.at(-1) ?? '';
  return line.replace(/^psql: (?:error: )?/u, '').replace(/ {2,}/gu, ' ');
}
