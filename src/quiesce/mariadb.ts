import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, isFault, withHint } from '../core/model/fault.ts';
import type { Quiescer } from '../core/ports/quiescer.ts';
import type { NotedStep, Outcome, Step } from '../core/model/step.ts';
import type { Exec } from '../system/command.ts';
import { bootId } from '../system/kernel/boot.ts';
import { checkSecret } from '../system/secret.ts';
import { hasProgram } from '../system/programs.ts';
import { askOnce, type Client } from '../system/session.ts';
import { errorNumber, mariadbClient } from '../system/tools/mariadb.ts';
import { holdSessions, homeOfRoot, type Held } from './held.ts';
import { LOCKS, lockFor, type Lock } from './mariadb/locks.ts';
import { complaintOf, isGone, refusal } from './mariadb/refusals.ts';

type Kind = 'mariadb' | 'mysql';

/** A server that is there answers at once. */
const ANSWER_MS = 10_000;
/** Letting go is quick, unless the server hangs. */
const RELEASE_MS = 3000;
const GONE_MS = 2000;
const LOOK_MS = 100;
/** Between two statements, while it does not rest yet. */
const IDLE_SECONDS = 10;
/** Clocks may differ, and it may have got the lock late. */
const LONG_OVER_MS = 120_000;

/**
 * Has a server of MariaDB or MySQL hold a lock, in a session that is open only while the snapshots are taken. The lock is gone when the session is:
 * when we let it go, when this process ends, when its client is killed, or after a time that the server itself measures.
 */
export function createMariadb<K extends Kind>(kind: K, exec: Exec): Quiescer<K> {
  const held = holdSessions();
  return {
    kind,

    async prepare(means, _guests, { run }) {
      const { options = '', host = '', port = '', socket = '', user = '', waitMs } = means;
      if (options !== '') await checkSecret('option file', options, 'options', exec);
      const other = kind === 'mariadb' ? 'mysql' : 'mariadb';
      const program = hasProgram(kind) || !hasProgram(other) ? kind : other;
      const where = { kind, program, options, host, port, socket, user };
      const client = clientOf(where);
      const ask = async (...statements: readonly string[]): Promise<readonly string[]> => {
        try {
          return await askOnce(client, statements, ANSWER_MS);
        } catch (error) {
          throw refusal(error, where);
        }
      };
      const [version = ''] = await ask(
        'SELECT VERSION()',
        // A cluster of Galera refuses that.
        `SELECT GET_LOCK('holdstill.${run}', 0)`,
      );
      const lock = await lockFor(version, client, (error) => refusal(error, where));
      const step = { ...where, run, lock, waitMs: String(waitMs), boot: bootId() };
      const server = /mariadb/iu.test(version) ? 'MariaDB' : 'MySQL';
      return { rests: [{ step, guest: undefined, grade: 'application', by: `by ${server}` }], still: [] };
    },

    async rest(noted, mostMs) {
      const { step } = noted;
      const { before, last } = LOCKS[lockOf(step)];
      const began = performance.now();
      const leftMs = (): number => mostMs - (performance.now() - began);
      const waitMs = Math.min(Number(step['waitMs']), mostMs);
      const waitSeconds = Math.max(1, Math.ceil(waitMs / 1000));
      try {
        const session = held.open(noted, clientOf(step));
        const [got] = await session.ask(
          [
            `SET SESSION lock_wait_timeout = ${waitSeconds}, wait_timeout = ${IDLE_SECONDS}`,
            `SELECT GET_LOCK('${held.nameOf(noted)}', 0)`,
          ],
          leftMs(),
        );
        if (got !== '1') throw new Fault('quiesce.failed', `the server has a lock ${held.nameOf(noted)} already`);
        await session.ask(before, leftMs());
        await session.ask(last, Math.min(waitMs, leftMs()));
        // The server lets go by itself what nobody has let go by then, if the network or this process hangs.
        await session.ask([`SET SESSION wait_timeout = ${Math.ceil(leftMs() / 1000) + 1}`], leftMs());
        held.kept.rests(noted);
      } catch (error) {
        throw notAtRest(error, step, waitMs);
      }
    },

    wasEarly: held.kept.wasEarly,

    handler: {
      kind,
      undo: (steps) => Promise.all(steps.map((noted) => letGo(noted, held))),
      dependsOn: () => ({ is: undefined, on: [] }),
      describe: (noted) => ({
        what: `the lock of ${placeOf(noted.step)}`,
        byHand: `holdstill recover`,
      }),
    },
  };
}

function lockOf(step: Step): Lock {
  const lock = step['lock'] ?? '';
  if (!(lock in LOCKS)) throw new Error(`no lock ${lock}`);
  return lock as Lock;
}

/** The server of a step, for people. */
function placeOf({ kind, host = '', port = '', socket = '' }: Step): string {
  const name = kind === 'mysql' ? 'MySQL' : 'MariaDB';
  if (host !== '') return `${name} on ${host}${port === '' ? '' : `, port ${port}`}`;
  return socket === '' ? name : `${name} at ${socket}`;
}

function clientOf({ program = '', options, host, port, socket, user }: Readonly<Record<string, string>>): Client {
  const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
  const where = { options: given(options), host: given(host), port: given(port), socket: given(socket) };
  return mariadbClient({ program, ...where, user: given(user) }, homeOfRoot());
}

function notAtRest(error: unknown, step: Step, waitMs: number): Fault {
  const complaint = complaintOf(error);
  if (complaint === undefined) throw error;
  const number = errorNumber(complaint);
  // ER_LOCK_WAIT_TIMEOUT, and ours.
  if (number === 1205 || (isFault(error) && error.code === 'tool.timeout')) {
    const seconds = Math.round(waitMs / 100) / 10;
    return new Fault('quiesce.failed', `${placeOf(step)} did not come to rest within ${seconds} s`, {
      hint: `look who works so long with: SHOW FULL PROCESSLIST; or set a longer 'wait'`,
    });
  }
  return refusal(error, step);
}

/** First in its own session, whose answer proves that the lock was held until now. Else from outside, until the server does not know the session. */
async function letGo(noted: NotedStep, held: Held): Promise<Outcome> {
  const { step } = noted;
  try {
    const proved = held.kept.isResting(noted) && (await release(noted, held));
    if (!(await held.end(noted, step['program'] ?? '')))
      return { kind: 'left', reason: 'its client can not be killed' };
    if (!proved) await waitUntilGone(held.nameOf(noted), clientOf(step));
    held.kept.letGo(noted, !proved);
    return { kind: 'undone' };
  } catch (error) {
    if (isOver(step) || (isGone(error) && (step['host'] ?? '') === '')) {
      held.kept.letGo(noted, true);
      return { kind: 'undone' };
    }
    return { kind: 'left', reason: withHint(refusal(error, step)) };
  }
}

async function release(noted: NotedStep, held: Held): Promise<boolean> {
  try {
    await held.of(noted)?.ask(LOCKS[lockOf(noted.step)].release, RELEASE_MS);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether the server has let go by itself, since it gives a session no longer than the time for the cut, nor a statement longer for its lock. One that stood still
 * meanwhile has held nobody up, and does so as soon as it goes on.
 */
function isOver({ boot, until = '' }: Step): boolean {
  return boot !== bootId() || Date.now() > Date.parse(until) + LONG_OVER_MS;
}

/** The server drops a session without a client by itself only when it next writes to it: one that waits for the lock would get it first. */
async function waitUntilGone(name: string, client: Client): Promise<void> {
  const until = performance.now() + GONE_MS;
  for (;;) {
    const [id = ''] = await askOnce(client, [`SELECT COALESCE(IS_USED_LOCK('${name}'), 0)`], ANSWER_MS);
    if (id === '0') return;
    if (!/^\d+$/u.test(id)) throw new Fault('tool.failed', 'the server gives no number of a session', { detail: [id] });
    // It may end between the two: ER_NO_SUCH_THREAD.
    await askOnce(client, [`KILL CONNECTION ${id}`], ANSWER_MS).catch((error: unknown) => {
      if (errorNumber(complaintOf(error) ?? '') !== 1094) throw error;
    });
    if (performance.now() > until) {
      throw new Fault('quiesce.failed', `the server does not end session ${id}, which may hold the lock`);
    }
    await sleep(LOOK_MS);
  }
}
