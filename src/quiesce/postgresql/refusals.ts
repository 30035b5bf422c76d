import { Fault, isFault } from '../../core/model/fault.ts';

/** An error of psql in one line for people, with what to do next. Its words are those of PostgreSQL 15, with VERBOSITY=verbose. */
export function refusal(error: unknown, passfile: string): Fault {
  if (!isFault(error) || !['tool.failed', 'tool.timeout'].includes(error.code)) {
    if (isFault(error)) return error;
    throw error;
  }
  const complaint = error.detail[0] ?? error.message;
  if (/ERROR: 42501: /u.test(complaint)) {
    return new Fault('quiesce.failed', `the user of the database lacks a right: ${complaint}`, {
      hint: 'see docs/databases.md for what to grant',
    });
  }
  if (/password|authentication failed|no pg_hba.conf entry|role "[^"]*" does not exist/u.test(complaint)) {
    const file = passfile === '' ? '/root/.pgpass' : passfile;
    return new Fault('quiesce.failed', `the database does not let holdstill in: ${complaint}`, {
      hint: `look at 'user' and 'account', at ${file}, and at pg_hba.conf of the server`,
    });
  }
  if (error.code === 'tool.timeout' || /connection to server|could not translate host name/u.test(complaint)) {
    return new Fault('quiesce.failed', `the database does not answer: ${complaint}`, {
      hint: `look whether it runs, and at 'socket', 'host' and 'port'`,
    });
  }
  return new Fault('quiesce.failed', `the database refuses: ${complaint}`);
}
