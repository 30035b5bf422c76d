import { close, type Closed } from './close.ts';
import { discardAdopted, noteAdopted, unadopted } from './adopted.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalView } from '../journal/view.ts';
import type { Machine } from '../ports/machine.ts';
import { rememberTaken } from '../journal/taken.ts';

/**
 * How a task that has a journal stands. `opening`: its hook never finished; whether it still works or died, its
 * lock shows that. `abandoned`: who was to close it is gone. `closing`: somebody began to close it and leftovers remain. `rebooted`: left from before the last start.
 */
export type OpenState = 'opening' | 'held' | 'abandoned' | 'closing' | 'rebooted';

export function stateOf(journal: JournalView, machine: Machine): OpenState {
  if (journal.header.boot !== machine.bootId) return 'rebooted';
  if (journal.verdict) return 'closing';
  if (!journal.opened) return 'opening';
  const { keeper } = journal.header;
  return keeper === undefined || machine.isThere(keeper) ? 'held' : 'abandoned';
}

/** What recovery did with one task. */
export type Recovered =
  | { readonly kind: 'closed'; readonly closed: Closed }
  /** A backup may be reading it; only when it is asked for by name is it closed. */
  | { readonly kind: 'held' }
  | { readonly kind: 'busy'; readonly users: readonly string[] };

/**
 * Undoes what a crash left of one task. A task that is properly open is left alone unless it was asked for by name, and
 * never closed while somebody reads it. `discard`: also snapshots that others have made their own. The caller holds the task's lock.
 */
export async function recover(
  journal: Journal,
  { byName, discard }: { readonly byName: boolean; readonly discard: boolean },
  machine: Machine,
): Promise<Recovered> {
  await noteAdopted(journal, machine);
  if (stateOf(journal, machine) === 'held' && !byName) return { kind: 'held' };
  const users = await machine.usersOf(discard ? journal.steps : unadopted(journal.steps));
  if (users.length > 0) return { kind: 'busy', users };
  if (stateOf(journal, machine) === 'held') rememberTaken(journal.header, machine);
  if (discard) discardAdopted(journal);
  return { kind: 'closed', closed: await close(journal, machine) };
}
