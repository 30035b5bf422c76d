import { Fault, isFault } from '../../core/model/fault.ts';
import { shellWord } from '../../core/text/shell.ts';
import { errorNumber } from '../../system/tools/mariadb.ts';

/** Numbers of errors: https://mariadb.com/kb/en/mariadb-error-code-reference/, and those of the client (2000 and above). */
const NOT_LET_IN = [1044, 1045, 1130, 1251, 1698, 1820];
const NO_RIGHT = [1227, 1142];
const NO_SERVER = [2002, 2003, 2005, 2006, 2013, 1040, 1053];
/** CR_SSL_CONNECTION_ERROR: since MariaDB 11.4 its client wants a certificate that it can prove. */
const NO_TLS = 2026;
/** The client's: there is no socket, or nobody listens at it. */
const NO_SOCKET = /^ERROR 2002 .*\((?:2|111)\)$/u;

/** What the client or the server says went wrong; undefined: it was something else. */
export function complaintOf(error: unknown): string | undefined {
  if (!isFault(error) || !['tool.failed', 'tool.timeout'].includes(error.code)) return undefined;
  return error.detail[0] ?? error.message;
}

/** Whether there is no server at the socket of this host, and so no session either. */
export function isGone(error: unknown): boolean {
  return NO_SOCKET.test(complaintOf(error) ?? '');
}

/** An error of the client in one line for people, with what to do next. */
export function refusal(error: unknown, where: Readonly<Record<string, string>>): Fault {
  const complaint = complaintOf(error);
  if (complaint === undefined) {
    if (isFault(error)) return error;
    throw error;
  }
  const number = errorNumber(complaint) ?? 0;
  const { options = '', kind = '' } = where;
  const file = options === '' ? `/root/.my.cnf, section [client]` : shellWord(options);
  if (NOT_LET_IN.includes(number)) {
    return new Fault('quiesce.failed', `the database does not let holdstill in: ${complaint}`, {
      hint: `put user and password into ${file}, which only root may read`,
    });
  }
  if (NO_RIGHT.includes(number)) {
    const rights = kind === 'mysql' ? 'RELOAD, BACKUP_ADMIN' : 'RELOAD';
    return new Fault('quiesce.failed', `the user of the database lacks a right: ${complaint}`, {
      hint: `type in the database: GRANT ${rights} ON *.* TO that user`,
    });
  }
  if (number === NO_TLS) {
    return new Fault('quiesce.failed', `the database can't be asked by TLS: ${complaint}`, {
      hint: `name what proves its certificate by 'ssl-ca' in ${file}`,
    });
  }
  if (NO_SERVER.includes(number) || (isFault(error) && error.code === 'tool.timeout')) {
    return new Fault('quiesce.failed', `the database does not answer: ${complaint}`, {
      hint: `look whether it runs, and at 'socket', 'host' and 'port'`,
    });
  }
  return new Fault('quiesce.failed', `the database refuses: ${complaint}`);
}
