import { examine } from './close.ts';
import { Fault } from './fault.ts';
import { Journal } from './journal.ts';
import type { Machine } from './machine.ts';
import type { Opened } from './opened.ts';
import { replay } from './replay.ts';
import { shellWord } from './shell.ts';
import { namesOf } from './users.ts';
import { localTime } from './when.ts';

type Earlier = { readonly kind: 'clear'; readonly cleared: string | undefined } | Exclude<Opened, { kind: 'opened' }>;

/**
 * Deals with what an earlier opening of the task left. The same run of the product is answered as before, if all of it
 * still stands; one that somebody still reads is refused, naming the process; anything else is undone first, since no
 * product promises to call its post hook.
 */
export async function clearEarlier(file: string, runKey: string | undefined, machine: Machine): Promise<Earlier> {
  const journal = Journal.load(file);
  if (!journal) return { kind: 'clear', cleared: undefined };
  const { header, opened, steps } = journal;
  try {
    const sameRun = runKey !== undefined && header.runKey === runKey && header.boot === machine.bootId;
    if (sameRun && opened && !journal.verdict && (await examine(journal, machine)).verdict.kind === 'good') {
      return { kind: 'again', run: header.run, paths: opened };
    }

    const users = await machine.usersOf(steps);
    if (users.length > 0) {
      const fault = new Fault(
        'task.busy',
        `run ${header.run} of this task (since ${localTime(header.startedAt)}) is still in use by ${namesOf(users)}`,
        { hint: `wait until it has ended; to close the task then: holdstill post ${shellWord(header.task)}` },
      );
      return { kind: 'failed', fault, leftovers: [] };
    }
    machine.log.warn({ earlier: header.run, steps }, 'clearing what an earlier run left');
    // If not all of it can be cleared, whoever closes the rest must not take it for a sound snapshot.
    journal.markClosing({ kind: 'bad', reasons: ['a later run of the task cleared it'] });
    const leftovers = await replay(journal, machine);
    if (leftovers.length === 0) return { kind: 'clear', cleared: header.run };
    const fault = new Fault('task.busy', `what run ${header.run} of this task left can't be removed`);
    return { kind: 'failed', fault, leftovers };
  } finally {
    journal.close();
  }
}
