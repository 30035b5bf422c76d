import { Journal } from '../journal/journal.ts';
import { undo } from '../journal/replay.ts';
import { isFault } from '../model/fault.ts';
import type { NotedStep } from '../model/step.ts';
import type { Machine } from '../ports/machine.ts';

/** The steps of a journal that bring something to rest. */
export function restsAmong(
  steps: readonly NotedStep[],
  { quiescers }: Pick<Machine, 'quiescers'>,
): readonly NotedStep[] {
  return steps.filter(({ step }) => quiescers.some(({ kind }) => kind === step.kind));
}

/**
 * Lets go what a crash has left at rest: the first thing that is done to any task. Never throws; what can't be let go stays in the
 * journal. The caller holds the task's lock. Whether all runs again.
 */
export async function thaw(file: string, machine: Machine): Promise<boolean> {
  let journal: Journal | undefined;
  try {
    const view = Journal.read(file);
    if (!view || restsAmong(view.steps, machine).length === 0) return true;
    journal = Journal.load(file);
    if (!journal) return true;
    const left = await undo(journal, restsAmong(journal.steps, machine), machine);
    machine.log.warn({ left }, 'let go what an earlier hook had left at rest');
    return left.length === 0;
  } catch (error) {
    // Whoever loads the journal for his work tells what is wrong with it.
    if (!isFault(error)) machine.log.error({ err: error }, 'what rests could not be let go');
    return false;
  } finally {
    journal?.close();
  }
}
