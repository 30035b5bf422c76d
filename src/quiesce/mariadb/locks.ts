import { isFault } from '../../core/model/fault.ts';
import type { Fault } from '../../core/model/fault.ts';
import { askOnce, type Client } from '../../system/session.ts';
import { errorNumber } from '../../system/tools/mariadb.ts';
import { complaintOf } from './refusals.ts';

/** How a server is brought to rest. */
interface Words {
  /** What is in the way of nobody who writes. */
  readonly before: readonly string[];
  /** What waits for others while new ones wait for it. */
  readonly last: readonly string[];
  readonly release: readonly string[];
}

/**
 * `stage`: MariaDB since 10.4. FLUSH blocks all that writes to tables without transactions, and closes them, BLOCK_COMMIT blocks commits; it does not wait for who only reads.
 * Tried with 10.11 over 50 cuts: two MyISAM tables on two volumes and an InnoDB table are of one state, as with `tables`.
 * `instance`: MySQL since 8.0, where reading tables keeps nobody from changing their definitions. `tables`: all others.
 */
export const LOCKS = {
  stage: {
    before: ['BACKUP STAGE START'],
    last: ['BACKUP STAGE FLUSH', 'BACKUP STAGE BLOCK_DDL', 'BACKUP STAGE BLOCK_COMMIT'],
    release: ['BACKUP STAGE END'],
  },
  instance: {
    before: ['LOCK INSTANCE FOR BACKUP'],
    last: ['FLUSH TABLES WITH READ LOCK'],
    release: ['UNLOCK TABLES', 'UNLOCK INSTANCE'],
  },
  tables: { before: [], last: ['FLUSH TABLES WITH READ LOCK'], release: ['UNLOCK TABLES'] },
} as const satisfies Readonly<Record<string, Words>>;
export type Lock = keyof typeof LOCKS;

/** It does not know the statement: ER_PARSE_ERROR. */
const NO_SUCH_STATEMENT = 1064;
/** Seconds; who holds the lock now would be in our way later, too. */
const TRY_SECONDS = 1;
const TRY_MS = 10_000;

/**
 * Which lock a server has, and whether we may take it: it is asked for its first stage, which hinders only who changes definitions, and lets that go
 * at once. Throws what `refused` makes of an error.
 */
export async function lockFor(version: string, client: Client, refused: (error: unknown) => Fault): Promise<Lock> {
  const own = /mariadb/iu.test(version)
    ? ({ lock: 'stage', statements: ['BACKUP STAGE START', 'BACKUP STAGE END'] } as const)
    : ({ lock: 'instance', statements: ['LOCK INSTANCE FOR BACKUP', 'UNLOCK INSTANCE'] } as const);
  const limit = `SET SESSION lock_wait_timeout = ${TRY_SECONDS}`;
  try {
    await askOnce(client, [limit, ...own.statements], TRY_MS);
    return own.lock;
  } catch (error) {
    if (isFault(error) && errorNumber(complaintOf(error) ?? '') === NO_SUCH_STATEMENT) return 'tables';
    throw refused(error);
  }
}
