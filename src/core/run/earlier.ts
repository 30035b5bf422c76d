import { noteAdopted, unadopted } from './adopted.ts';
import { examine } from './close.ts';
import { Fault } from '../model/fault.ts';
import { Journal } from '../journal/journal.ts';
import type { Machine } from '../ports/machine.ts';
import type { Opened } from './opened.ts';
import { stateOf } from './recover.ts';
import { replay } from '../journal/replay.ts';
import { shellWord } from '../text/shell.ts';
import { readTaken, takenFrom, writeTaken, type Taken } from '../journal/taken.ts';
import { namesOf } from '../text/users.ts';
import { localTime } from '../text/when.ts';

type Cleared = Extract<Opened, { kind: 'opened' }>['cleared'];
type Earlier = { readonly kind: 'clear'; readonly cleared: Cleared } | Exclude<Opened, { kind: 'opened' }>;

/** The run that is to be opened. */
interface Next {
  readonly run: string;
  readonly task: string;
  readonly runKey: string | undefined;
  /** What the hook before this one had noted in its lock, if it was killed; ''. */
  readonly killed: string;
}

/** What a hook that closes notes in the task's lock. */
export const CLOSES = 'closes';

/** What a hook that opens a run notes there. */
export function opens(run: string): string {
  return `opens ${run}`;
}

/**
 * Deals with what an earlier opening of the task left. The same run of the product is answered as before, if all of it
 * still stands; one that somebody still reads is refused, naming the process; anything else is undone first, since no
 * product promises to call its post hook.
 */
export async function clearEarlier(file: string, next: Next, machine: Machine): Promise<Earlier> {
  const { runKey } = next;
  const journal = Journal.load(file);
  if (!journal) {
    settle(next, undefined, machine);
    return { kind: 'clear', cleared: undefined };
  }
  const { header, opened } = journal;
  try {
    const unsure = await noteAdopted(journal, machine);
    const { steps } = journal;
    const sameRun = runKey !== undefined && header.runKey === runKey && header.boot === machine.bootId;
    if (sameRun && opened && !journal.verdict && (await examine(journal, machine)).verdict.kind === 'good') {
      return { kind: 'again', run: header.run, paths: opened };
    }

    const users = await machine.usersOf(unadopted(steps));
    if (users.length > 0) {
      const fault = new Fault(
        'task.busy',
        `run ${header.run} of this task (since ${localTime(header.startedAt)}) is still in use by ${namesOf(users)}`,
        { hint: `wait until it has ended; to close the task then: holdstill post ${shellWord(header.task)}` },
      );
      return { kind: 'failed', fault, leftovers: [] };
    }
    machine.log.warn({ earlier: header.run, steps }, 'clearing what an earlier run left');
    // Whose opening was killed never heard that it is open, and whose closing was has no other to come: but with an id he
    // may come again, and it is known that it is him.
    const isOver = header.runKey === '' && [CLOSES, opens(header.run)].includes(next.killed);
    const wasOpen = stateOf(journal, machine) === 'held' && !isOver;
    settle(next, wasOpen ? takenFrom(header, next.run) : undefined, machine);
    // If not all of it can be cleared, whoever closes the rest must not take it for a sound snapshot.
    journal.markClosing({ kind: 'bad', reasons: ['a later run of the task removed it'] });
    const leftovers = await replay(journal, machine, unsure);
    if (leftovers.length === 0) return { kind: 'clear', cleared: { run: header.run, wasOpen } };
    const fault = new Fault('task.busy', `holdstill cannot remove what run ${header.run} of this task left`);
    return { kind: 'failed', fault, leftovers };
  } finally {
    journal.close();
  }
}

/**
 * Notes which run is taken over, before that is done: its job may still be there, and gets that reported. Where nothing is taken
 * over, nobody is waited for any more who could not say which run he means.
 */
function settle({ task, runKey }: Next, lost: Taken | undefined, { stateDirectory }: Machine): void {
  const before = readTaken(stateDirectory, task);
  const others = before.filter((one) => one.runKey !== runKey && (lost !== undefined || one.runKey !== ''));
  if (lost ?? others.length !== before.length) {
    writeTaken(stateDirectory, task, lost ? [...others, lost] : others);
  }
}
