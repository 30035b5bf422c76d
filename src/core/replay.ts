import type { Journal } from './journal.ts';
import type { Machine } from './machine.ts';
import type { NotedStep, Outcome } from './step.ts';

/** A step that could not be undone. */
export interface Leftover {
  readonly what: string;
  readonly reason: string;
  readonly byHand: string;
}

/**
 * Undoes what the journal lists, newest first, steps of one kind together (one process unmounts all mounts). Goes on
 * after a failure and returns what is left; deletes the journal if that is nothing. Never throws. There is no other way
 * that holdstill removes anything.
 */
export async function replay(journal: Journal, machine: Machine): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = [];
  for (const group of groupsOfOneKind(journal.steps.toReversed())) {
    const outcomes = await undoGroup(group, machine);
    const gone = group.filter((_, index) => outcomes[index]?.kind === 'undone');
    try {
      journal.undone(gone.map((step) => step.number));
    } catch (error) {
      // The steps are undone whether or not the disk lets us say so: undoing them again is a success.
      machine.log.warn({ err: error }, 'the journal could not be brought up to date');
    }
    group.forEach((step, index) => {
      const outcome = outcomes[index];
      if (outcome?.kind === 'undone') return;
      const { what, byHand } = describeStep(step, machine);
      const foreign = outcome?.kind === 'left' && outcome.foreign;
      const reason = outcome?.reason ?? 'not answered for';
      leftovers.push({ what, reason, byHand: foreign ? 'look whose it is' : byHand });
    });
  }
  if (leftovers.length === 0 && journal.steps.length === 0) {
    try {
      journal.delete();
    } catch (error) {
      const reason = (error as Error).message;
      leftovers.push({ what: `journal ${journal.path}`, byHand: `rm ${journal.path}`, reason });
    }
  }
  return leftovers;
}

async function undoGroup(group: readonly NotedStep[], machine: Machine): Promise<readonly Outcome[]> {
  const kind = group[0]?.step.kind ?? '';
  const handler = machine.undo.get(kind);
  if (!handler) return group.map(() => ({ kind: 'left', reason: `this version can't undo a step '${kind}'` }));
  try {
    const outcomes = await handler.undo(group);
    machine.log.info({ kind, steps: group.map(({ step }) => step), outcomes }, 'undone');
    return outcomes;
  } catch (error) {
    machine.log.error({ err: error, kind }, 'undo failed');
    return group.map(() => ({ kind: 'left', reason: (error as Error).message }));
  }
}

/** What a step made, and how to undo it by hand. */
export function describeStep(step: NotedStep, machine: Machine): { readonly what: string; readonly byHand: string } {
  return (
    machine.undo.get(step.step.kind)?.describe(step) ?? {
      what: `a step of the unknown kind '${step.step.kind}'`,
      byHand: 'use the version of holdstill that made it',
    }
  );
}

function groupsOfOneKind(steps: readonly NotedStep[]): readonly (readonly NotedStep[])[] {
  const groups: NotedStep[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last?.[0]?.step.kind === step.step.kind) last.push(step);
    else groups.push([step]);
  }
  return groups;
}
