import { Fault } from '../../core/model/fault.ts';
import type { Step } from '../../core/model/step.ts';

/** A checkpoint and no more, or a backup that is begun and ended. */
export type Mode = 'checkpoint' | 'backup';

type Ask = (...statements: readonly string[]) => Promise<readonly string[]>;

/** The functions have other names since this version. */
const NEW_NAMES = 150_000;
/** pg_start_backup that is not exclusive. */
const LEAST = 90_600;
/** pg_wal, which was pg_xlog. */
const WAL_NAMES = 100_000;

const CAN_CHECKPOINT = `SELECT bool_or(can) FROM (SELECT rolsuper AS can FROM pg_roles WHERE rolname = current_user
  UNION ALL SELECT pg_has_role(oid, 'USAGE') FROM pg_roles WHERE rolname = 'pg_checkpoint') AS roles`;
const NAME = '^[0-9A-F]{24}$';

/** Whether it is the name of a file of the log, and nothing else that could be part of a path: PostgreSQL 15, 30.6. */
export function isLogFile(name: string): boolean {
  return new RegExp(NAME, 'u').test(name);
}

/**
 * Asks whether the server can do it, and lets us. What has to be known of it later, for the step. Throws `quiesce.failed`, and what `ask` throws.
 */
export async function checkRights(mode: Mode, ask: Ask): Promise<Readonly<Record<string, string>>> {
  const [version = '', standby] = await ask(`SHOW server_version_num`, `SELECT pg_is_in_recovery()`);
  if (mode === 'checkpoint') {
    const [can] = await ask(CAN_CHECKPOINT);
    if (can === 't') return { version };
    throw lacks('GRANT pg_checkpoint TO that user (PostgreSQL 15 or newer), or make him a superuser');
  }
  if (Number(version) < LEAST) {
    throw new Fault('quiesce.failed', `PostgreSQL ${version} is too old for a backup in a session`);
  }
  if (standby === 't') {
    throw new Fault('quiesce.failed', 'this PostgreSQL is a standby, and its snapshots are not of one instant', {
      hint: 'put its data on one volume, or save the primary',
    });
  }
  const functions =
    Number(version) >= NEW_NAMES
      ? ['pg_backup_start(text, boolean)', 'pg_backup_stop(boolean)']
      : ['pg_start_backup(text, boolean, boolean)', 'pg_stop_backup(boolean, boolean)'];
  const all = [...functions, 'pg_ls_waldir()'];
  const can = await ask(...all.map((name) => `SELECT has_function_privilege('${name}', 'EXECUTE')`));
  if (Number(version) < WAL_NAMES || can.some((one) => one !== 't')) {
    throw lacks(`GRANT EXECUTE ON FUNCTION ${all.join(', ')} TO that user; GRANT pg_read_all_settings TO that user`);
  }
  const [data = ''] = await ask('SHOW data_directory');
  if (!data.startsWith('/')) throw new Fault('quiesce.failed', `PostgreSQL does not tell where its data are: ${data}`);
  return { version, data };
}

function lacks(hint: string): Fault {
  return new Fault('quiesce.failed', 'the user of the database lacks a right for a backup', {
    hint: `type in the database: ${hint}`,
  });
}

/** Names of files of the log that the server has told, unless one of them could lead elsewhere. Throws `quiesce.failed`. */
export function logFiles(names: readonly string[]): readonly string[] {
  if (names.every(isLogFile)) return names;
  throw new Fault('quiesce.failed', `PostgreSQL gives no names of files of its log: ${names.join(', ')}`);
}

/** The statements of a backup by a session of this name. */
export function backupWords({ version }: Step, name: string) {
  const renamed = Number(version) >= NEW_NAMES;
  const start = renamed ? `pg_backup_start('${name}', true)` : `pg_start_backup('${name}', true, false)`;
  const stop = renamed ? 'pg_backup_stop(false)' : 'pg_stop_backup(false, false)';
  const hex = (column: string): string => `encode(convert_to(coalesce(${column}, ''), 'UTF8'), 'hex')`;
  return {
    /** Answers with the first file of the log that a restore needs. */
    start: `SELECT pg_walfile_name(${start})`,
    /** Answers with the label and the map of tablespaces in hexadecimal digits, and with the last file of the log, a line each. */
    stop: `SELECT unnest(ARRAY[${hex('labelfile')}, ${hex('spcmapfile')}, pg_walfile_name(lsn)]) FROM ${stop}`,
    /** The files of the log from one to the other. Throws `quiesce.failed` for what is no such file. */
    between: (first: string, last: string): string => {
      logFiles([first, last]);
      return `SELECT name FROM pg_ls_waldir() WHERE name ~ '${NAME}' AND name BETWEEN '${first}' AND '${last}' ORDER BY name`;
    },
  };
}
