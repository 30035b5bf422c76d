import path from 'node:path';
import { Fault, isFault } from '../core/model/fault.ts';
import type { Quiescer } from '../core/ports/quiescer.ts';
import type { NotedStep, Outcome, Step } from '../core/model/step.ts';
import { accountOf } from '../system/account.ts';
import type { Exec } from '../system/command.ts';
import { STATE_DIRECTORY } from '../system/paths.ts';
import { checkSecret } from '../system/secret.ts';
import { askOnce, type Client } from '../system/session.ts';
import { copyInto } from '../system/tools/cp.ts';
import { PSQL, psqlClient } from '../system/tools/psql.ts';
import { holdSessions, homeOfRoot, type Held } from './held.ts';
import { keepsakeOf, keepsakeStep, makeKeepsake, undoKeepsake } from './postgresql/keepsake.ts';
import { refusal } from './postgresql/refusals.ts';
import { backupWords, checkRights, logFiles, type Mode } from './postgresql/words.ts';

/** A server that is there answers at once. */
const ANSWER_MS = 10_000;

/**
 * Has a server of PostgreSQL write a checkpoint. Where data and log are cut in one instant that is enough, and only makes the restored server start
 * soon. Else it is in backup mode meanwhile, in a session of ours: then what it says in the end, and its log until then, have to be saved as well, or
 * what was cut earlier and later can't be made one. It never stands still, so there is nobody to let go but our own session.
 */
export function createPostgresql(exec: Exec): Quiescer<'postgresql'> {
  const held = holdSessions();
  /** The first file of the log that a restore needs, by the name of the session. */
  const firsts = new Map<string, string>();
  return {
    kind: 'postgresql',

    async prepare(means, _guests, { task, run, oneInstant = false }) {
      const { host, port = '', user = '', database = '', socket = '', passfile = '' } = means;
      if (passfile !== '') await checkSecret('password file', passfile, 'passfile', exec);
      const account = host === undefined && passfile === '' ? means.account : '';
      const mode: Mode = oneInstant ? 'checkpoint' : 'backup';
      if (mode === 'backup' && host !== undefined) {
        throw new Fault(
          'quiesce.failed',
          `the snapshots are not of one instant, and the log of PostgreSQL is on ${host}`,
          {
            hint: 'let the guest stand still as well, for example by quiesce: [{postgresql: ...}, agent]',
          },
        );
      }
      const where = { host: host ?? socket, port, user, database, passfile, account };
      const client = clientOf(where, `holdstill.${run}`);
      const server = await checkRights(mode, (...statements) => ask(client, statements, ANSWER_MS, where));
      const step = { kind: 'postgresql', run, ...where, mode, ...server };
      const rest = { step, guest: undefined, grade: 'application', by: 'by PostgreSQL' } as const;
      if (mode === 'checkpoint') {
        const note =
          'PostgreSQL wrote a checkpoint; no more is needed, since its data and its log are cut in one instant';
        return { rests: [{ ...rest, note }], still: [] };
      }
      const directory = keepsakeOf(task, means.port);
      const note = `PostgreSQL was in backup mode, since its snapshots are not of one instant: save ${directory} with them, no restore works without`;
      return {
        rests: [{ ...rest, step: { ...step, directory }, stays: keepsakeStep(directory, run), note }],
        still: [],
      };
    },

    async rest(noted, mostMs) {
      const { step } = noted;
      if (step['mode'] === 'checkpoint') {
        await ask(clientOf(step, held.nameOf(noted)), ['CHECKPOINT'], mostMs, step);
        return;
      }
      const { start } = backupWords(step, held.nameOf(noted));
      const session = held.open(noted, clientOf(step, held.nameOf(noted)));
      const [first = ''] = await session.ask([start], mostMs).catch((error: unknown) => {
        throw refusal(error, step['passfile'] ?? '');
      });
      firsts.set(held.nameOf(noted), first);
    },

    async finish(noted, mostMs) {
      const { step } = noted;
      if (step['mode'] === 'checkpoint') return;
      const began = performance.now();
      const leftMs = (): number => mostMs - (performance.now() - began);
      const session = held.of(noted);
      const { stop, between } = backupWords(step, held.nameOf(noted));
      try {
        if (!session) throw new Error('no session is held');
        const [label = '', map = '', last = ''] = await session.ask([stop], leftMs());
        const labels = { backup_label: Buffer.from(label, 'hex'), tablespace_map: Buffer.from(map, 'hex') };
        const segments = await session.ask([between(firsts.get(held.nameOf(noted)) ?? '', last)], leftMs());
        const to = makeKeepsake(step['directory'] ?? '', step['run'] ?? '', labels);
        const from = path.join(step['data'] ?? '', 'pg_wal');
        const files = logFiles(segments).map((name) => path.join(from, name));
        if (files.length === 0)
          throw new Fault('quiesce.failed', `${from} does not hold the log of the backup any more`);
        await exec.run(copyInto(files, to, leftMs()));
      } catch (error) {
        throw unfinished(error);
      }
    },

    wasEarly: () => false,

    handler: {
      kind: 'postgresql',
      undo: (steps) => Promise.all(steps.map((noted) => letGo(noted, held))),
      dependsOn: () => ({ is: undefined, on: [] }),
      describe: () => ({ what: 'the backup mode of PostgreSQL', byHand: 'holdstill recover' }),
    },
    lasting: [undoKeepsake],
  };
}

function clientOf(where: Step | Readonly<Record<string, string>>, application: string): Client {
  const { host = '', port = '', user = '', database = '', passfile = '', account = '' } = where;
  const given = (value: string): string | undefined => (value === '' ? undefined : value);
  const found = account === '' ? undefined : accountOf(account);
  if (account !== '' && !found) {
    throw new Fault('quiesce.failed', `there is no user ${account} on this host, as which PostgreSQL could be asked`, {
      hint: `set 'account' to the user that the server runs as, or 'host' and 'passfile'`,
    });
  }
  return psqlClient(
    {
      host: given(host),
      port: given(port),
      user: given(user),
      database: given(database),
      passfile: given(passfile),
      application,
    },
    found,
    homeOfRoot(),
  );
}

async function ask(
  client: Client,
  statements: readonly string[],
  mostMs: number,
  { passfile = '' }: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  try {
    return await askOnce(client, statements, mostMs);
  } catch (error) {
    throw refusal(error, passfile);
  }
}

/** Its session may have been ended by the guard, which says so in the log. */
function unfinished(error: unknown): unknown {
  if (!isFault(error) || error.code === 'quiesce.failed') return error;
  const why = error.detail[0] ?? error.message;
  return new Fault('quiesce.failed', `the backup of PostgreSQL is not complete: ${why}`, {
    hint: `if it needs longer, set a longer 'quiesceLimit'; its log is copied to ${STATE_DIRECTORY}`,
  });
}

/** Backup mode hinders nobody, and ends with its session, which ends with its client: PostgreSQL 15, 26.3.3. */
async function letGo(noted: NotedStep, held: Held): Promise<Outcome> {
  if (await held.end(noted, PSQL)) return { kind: 'undone' };
  return { kind: 'left', reason: 'its client can not be killed' };
}
