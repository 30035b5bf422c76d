import type { Reply } from '../core/model/reply.ts';
import { isFault } from '../core/model/fault.ts';
import { Journal } from '../core/journal/journal.ts';
import { journalPath } from '../core/model/names.ts';
import { recover } from '../core/run/recover.ts';
import { nothing } from '../core/model/nothing.ts';
import { brokenReply, heldReply, recoveredReply } from '../report/joblog.ts';
import { leaveDirectory, openedWith } from './close.ts';
import { clearStillborn, readJournals, withTask, type Session } from './session.ts';

/**
 * For an unattended run, at boot and by a timer: undoes what is left from before the last start and what crashed or
 * interrupted hooks left. Nothing is said of a task that is properly open, or that a hook works on now; neither is an
 * error. So there are replies only for what was undone, and for what could not be.
 */
export async function recoverUnattended(): Promise<readonly Reply[]> {
  const replies = await recoverTasks(undefined);
  return replies.flatMap((reply): readonly Reply[] => {
    if (reply.kind !== 'failed') return reply.kind === 'nothing' ? [] : [reply];
    const { fault, leftovers } = reply;
    if (!isFault(fault) || fault.exitStatus !== 4) return [reply];
    // What a crash left and a process still reads is a leftover like any other.
    return fault.code === 'task.locked'
      ? []
      : [{ ...reply, leftovers: [...leftovers, 'everything that its journal lists'] }];
  });
}

/**
 * Undoes what crashes left. Without a name: of all tasks that are not properly open. A reply per task. `discard`: also
 * snapshots that others may have worked on.
 */
export async function recoverTasks(only: string | undefined, discard = false): Promise<readonly Reply[]> {
  leaveDirectory();
  const { sound, broken } = readJournals();
  await clearStillborn();
  const names = sound.map(({ header }) => header.task);
  // A damaged journal may be that of a name that no sound one has.
  const replies: Reply[] = only !== undefined && names.includes(only) ? [] : broken.map(brokenReply);
  for (const task of names.filter((name) => only === undefined || name === only)) {
    const session: Session = { task, contract: 'cli', phase: 'recover', level: 'info', timeoutMs: openedWith(task) };
    const reply = await withTask(session, 0, async (machine) => {
      const journal = Journal.load(journalPath(machine.stateDirectory, task));
      if (!journal) return nothing(`task ${task} has been closed meanwhile`);
      const recovered = await recover(journal, { byName: only !== undefined, discard }, machine);
      if (recovered.kind === 'held' && journal.watched !== undefined) await machine.watch(journal);
      return recovered.kind === 'closed'
        ? recoveredReply(recovered.closed)
        : heldReply(task, journal.header.run, recovered);
    });
    replies.push(reply);
  }
  return replies;
}
