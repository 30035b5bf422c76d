import type { QuiesceOf } from '../../core/model/quiesce.ts';
import { STANDS_STILL } from '../../core/model/quiesce.ts';
import { map, text } from '../forms.ts';
import { PATH_EXPECTED, pathProblem } from '../names.ts';
import type { MeansEntry } from './entry.ts';
import { describeServer, nameProblem, SERVER_KEYS, serverFrom, type WrittenServer } from './server.ts';

interface Settings {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly user: string | undefined;
  readonly database: string | undefined;
  /** The directory of its socket. */
  readonly socket: string | undefined;
  /** A file with passwords. */
  readonly passfile: string | undefined;
  /** The user of this host as which the client runs, where neither host nor passfile is given. */
  readonly account: string;
}

declare module '../../core/model/quiesce.ts' {
  interface QuiesceKinds {
    readonly postgresql: Settings;
  }
}

interface Written extends WrittenServer {
  readonly database?: string | undefined;
  readonly socket?: string | undefined;
  readonly passfile?: string | undefined;
  readonly account: string;
}

const NAME_EXPECTED = 'must be a name, for example postgres';

/** A server of PostgreSQL. */
export const postgresql: MeansEntry<QuiesceOf<'postgresql'>, Written> = {
  key: 'postgresql',
  form: map(
    {
      ...SERVER_KEYS,
      database: text(NAME_EXPECTED, nameProblem)
        .optional()
        .describe('The database to log in to; which one does not matter. Without it: `postgres`.')
        .meta({ examples: ['shop'] }),
      socket: text(PATH_EXPECTED, pathProblem)
        .optional()
        .describe('The directory of its socket, if it is not the usual one.')
        .meta({ examples: ['/run/postgresql'] }),
      passfile: text(PATH_EXPECTED, pathProblem)
        .optional()
        .describe(
          'A file with the password, as `.pgpass` has it; only root may be able to read it. Without it: `/root/.pgpass` where `host` is set.',
        )
        .meta({ examples: ['/etc/holdstill/shop.pgpass'] }),
      account: text(NAME_EXPECTED, nameProblem)
        .default('postgres')
        .describe(
          'The user of this host as which the client asks, where neither `host` nor `passfile` is set: the server lets in its own user without a password.',
        )
        .meta({ examples: ['postgres'] }),
    },
    'must be a map, for example {host: 192.168.122.10, passfile: /etc/holdstill/shop.pgpass}',
  ).describe(
    'A server of PostgreSQL writes a checkpoint just before the snapshots are taken, and is in backup mode meanwhile where these are not of one ' +
      'instant. It never stands still. Grade `application`.',
  ),
  alone: { account: 'postgres' },
  before: STANDS_STILL,
  from: ({ database, socket, passfile, account, ...server }) => ({
    kind: 'postgresql',
    ...serverFrom(server),
    database,
    socket,
    passfile,
    account,
  }),
  describe: (made) => `postgresql${describeServer(made)} (checkpoint or backup mode)`,
};
