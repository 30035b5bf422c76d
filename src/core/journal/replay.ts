import type { Adopted } from '../model/adopted.ts';
import type { Journal } from './journal.ts';
import type { Machine } from '../ports/machine.ts';
import type { Provider } from '../ports/provider.ts';
import { shellWord } from '../text/shell.ts';
import type { NotedStep, Outcome, UndoHandler } from '../model/step.ts';
import { whyNot } from '../text/why.ts';

/** A step that could not be undone. */
export interface Leftover {
  readonly what: string;
  readonly reason: string;
  readonly byHand: string;
  /** It only had to stay because of another leftover. */
  readonly needed: boolean;
  /** It is somebody's by now, and `byHand` asks him to save it first. */
  readonly adopted?: true;
}

/**
 * Undoes all that the journal lists, and deletes the journal if nothing is left. Never throws. `unsure`: steps that must
 * stay, and why.
 */
export async function replay(
  journal: Journal,
  machine: Machine,
  unsure: Adopted['unsure'] = new Map(),
): Promise<readonly Leftover[]> {
  const providers = providersOf(journal, machine);
  const leftovers = [...(await undo(journal, journal.steps, machine, unsure))];
  if (journal.steps.length === 0) leftovers.push(...(await unlisted(journal, providers)));
  if (leftovers.length === 0 && journal.steps.length === 0) {
    try {
      journal.delete();
    } catch (error) {
      const reason = whyNot(error);
      leftovers.push({ what: `journal ${journal.path}`, byHand: `rm ${journal.path}`, reason, needed: false });
    }
  }
  return leftovers;
}

/**
 * Undoes some steps of a journal, newest first, those of one kind together (one process unmounts all mounts). Goes on
 * after a failure and returns what is left; what that stands on is not tried, nor what steps stand on that are not to be
 * undone. The journal stays. Never throws. There is no other way that holdstill removes anything.
 */
export async function undo(
  journal: Journal,
  steps: readonly NotedStep[],
  machine: Machine,
  unsure: Adopted['unsure'] = new Map(),
): Promise<readonly Leftover[]> {
  const leftovers: Leftover[] = [];
  /** By the name of a thing: what stands on it and stays. */
  const bearing = new Map<string, string>();
  const bear = (step: NotedStep, cause: string): void => {
    for (const name of dependsOn(step, machine).on.filter(Boolean)) bearing.set(name, cause);
  };
  const leave = (step: NotedStep, cause: string, leftover: Leftover): void => {
    leftovers.push(leftover);
    bear(step, cause);
  };
  const numbers = new Set(steps.map(({ number }) => number));
  const staying = [...journal.kept, ...journal.steps.filter(({ number }) => !numbers.has(number))];
  for (const step of staying) bear(step, describeStep(step, machine).what);
  const unfinished = machine.unfinished();
  const chosen = journal.steps.filter(({ number }) => numbers.has(number));
  for (const group of groupsOfOneKind(chosen.toReversed())) {
    const free: NotedStep[] = [];
    for (const step of group) {
      const cause = bearing.get(dependsOn(step, machine).is ?? '');
      const why = unsure.get(step.number);
      if (cause === undefined && why !== undefined) {
        const { what } = describeStep(step, machine);
        const reason = `holdstill could not find out who uses it: ${why}`;
        leave(step, what, { what, reason, byHand: 'holdstill recover', needed: false });
      } else if (cause === undefined) free.push(step);
      else leave(step, cause, { ...describeStep(step, machine), reason: `still needed by ${cause}`, needed: true });
    }
    if (free.length === 0) continue;
    const found = await undoGroup(free, machine);
    const outcomes = unfinished.length === 0 ? found : found.map((outcome) => notYet(outcome, unfinished));
    const gone = free.filter((_, index) => outcomes[index]?.kind === 'undone');
    try {
      journal.undone(gone.map((step) => step.number));
    } catch (error) {
      // The steps are undone whether or not the disk lets us say so: undoing them again is a success.
      machine.log.warn({ err: error }, 'the journal could not be brought up to date');
    }
    free.forEach((step, index) => {
      const outcome = outcomes[index];
      if (outcome?.kind === 'undone') return;
      const { what, byHand } = describeStep(step, machine);
      const reason = outcome?.reason ?? 'its undo gave no answer';
      const other = outcome && nextFor(outcome, journal);
      const adopted = outcome?.adopted ? { adopted: true as const } : {};
      const leftover = { what, reason, byHand: outcome?.byHand ?? other ?? byHand, needed: false, ...adopted };
      // What is not there yet stands on nothing.
      if (found[index]?.kind === 'undone') leftovers.push(leftover);
      else leave(step, what, leftover);
    });
  }
  return leftovers;
}

/** The storages of which a journal lists snapshots: the others may not even be on this host. All where it lists none. */
function providersOf({ steps }: Journal, { providers }: Machine): readonly Provider[] {
  const own = providers.filter(({ kind }) => steps.some(({ step }) => step.kind === kind));
  return own.length > 0 ? own : providers;
}

/**
 * Snapshots that are marked with the run though the journal does not list them: it may have been cut short. They can't
 * be proved to be ours and are only reported, and the journal stays so that they are reported again.
 */
async function unlisted({ header }: Journal, providers: readonly Provider[]): Promise<readonly Leftover[]> {
  const left: Leftover[] = [];
  for (const provider of providers) {
    try {
      for (const { run, what } of await provider.marked('after removal')) {
        const reason = 'is marked with this run, but its journal does not list it';
        if (run === header.run) left.push({ what, reason, byHand: 'find out who owns it', needed: false });
      }
    } catch (error) {
      const reason = `holdstill could not search for them: ${whyNot(error)}`;
      left.push({ what: 'other snapshots of this run', reason, byHand: 'holdstill status', needed: false });
    }
  }
  return left;
}

/** What a step made, and what that stands on. */
export function dependsOn(step: NotedStep, machine: Machine): ReturnType<UndoHandler['dependsOn']> {
  return machine.undo.get(step.step.kind)?.dependsOn(step) ?? { is: undefined, on: [] };
}

/** What to do about what is left, where that is not to remove it; undefined: nothing special. */
function nextFor(outcome: Outcome, { path, header }: Journal): string | undefined {
  if (outcome.kind === 'undone') return undefined;
  if (outcome.adopted) return `copy what you need of it, then: holdstill recover ${shellWord(header.task)} --discard`;
  if (outcome.foreign) return 'find out who owns it';
  if (!outcome.absent) return undefined;
  return `bring it back and type: holdstill recover; if it is gone for good, move the journal away: ${path}`;
}

/** What is not there could still be made by a command that did not end in time: whoever comes after it looks again. */
function notYet(outcome: Outcome, unfinished: readonly string[]): Outcome {
  if (outcome.kind === 'left') return outcome;
  return { kind: 'left', reason: `${unfinished.join(', ')} did not end in time, and may still create it` };
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
    return group.map(() => ({ kind: 'left', reason: whyNot(error) }));
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
