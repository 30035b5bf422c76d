import type { QuiesceOf } from '../../core/model/quiesce.ts';
import { STANDS_STILL } from '../../core/model/quiesce.ts';
import { map, text } from '../forms.ts';
import { PATH_EXPECTED, pathProblem } from '../names.ts';
import { parsedDuration } from '../units.ts';
import type { MeansEntry } from './entry.ts';
import { describeServer, SERVER_KEYS, serverFrom, waitKey, type WrittenServer } from './server.ts';

interface Settings {
  /** An option file of the client, the only one that is read. */
  readonly options: string | undefined;
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly user: string | undefined;
  readonly socket: string | undefined;
  /** Milliseconds to wait for the lock. */
  readonly waitMs: number;
}

declare module '../../core/model/quiesce.ts' {
  interface QuiesceKinds {
    readonly mariadb: Settings;
    readonly mysql: Settings;
  }
}

interface Written extends WrittenServer {
  readonly options?: string | undefined;
  readonly socket?: string | undefined;
  readonly wait: string | number;
}

const form = (what: string) =>
  map(
    {
      options: text(PATH_EXPECTED, pathProblem)
        .optional()
        .describe(
          'An option file with user and password, in a section `[client]`; only root may be able to read it. No other option file counts then. ' +
            "Without it: the client's usual ones, among them `/root/.my.cnf`.",
        )
        .meta({ examples: ['/etc/holdstill/shop.cnf'] }),
      socket: text(PATH_EXPECTED, pathProblem)
        .optional()
        .describe('The socket of the server, if it is not the usual one.')
        .meta({ examples: ['/run/mysqld/mysqld.sock'] }),
      ...SERVER_KEYS,
      wait: waitKey(
        '3s',
        'How long to wait for whoever writes just now, while others wait for the lock in their turn. After that the job fails, and the server goes on.',
      ),
    },
    'must be a map, for example {options: /etc/holdstill/shop.cnf}',
  ).describe(what);

const DEFAULTS: Written = { wait: '3s' };

function settingsFrom({ options, socket, wait, ...server }: Written): Settings {
  return { options, socket, ...serverFrom(server), waitMs: parsedDuration(wait) };
}

/** A server of MariaDB. */
export const mariadb: MeansEntry<QuiesceOf<'mariadb'>, Written> = {
  key: 'mariadb',
  form: form(
    'A server of MariaDB holds a lock (BACKUP STAGE, or FLUSH TABLES WITH READ LOCK) while the snapshots are taken: its tables are written ' +
      'out and of one state. Grade `application`.',
  ),
  alone: DEFAULTS,
  before: STANDS_STILL,
  from: (written) => ({ kind: 'mariadb', ...settingsFrom(written) }),
  describe: (made) => `mariadb${describeServer(made)} (lock for a backup)`,
};

/** A server of MySQL. */
export const mysql: MeansEntry<QuiesceOf<'mysql'>, Written> = {
  key: 'mysql',
  form: form(
    'The same for a server of MySQL (LOCK INSTANCE FOR BACKUP, FLUSH TABLES WITH READ LOCK). Which of the two it is, is asked of the server; ' +
      'the word only says which client is looked for first.',
  ),
  alone: DEFAULTS,
  before: STANDS_STILL,
  from: (written) => ({ kind: 'mysql', ...settingsFrom(written) }),
  describe: (made) => `mysql${describeServer(made)} (lock for a backup)`,
};
