import type { Journal } from '../journal/journal.ts';
import { undo } from '../journal/replay.ts';
import { asError, Fault } from '../model/fault.ts';
import { gradeOf, isAtLeast, type Cut, type Quiescing, type Rest, type Rests } from '../model/quiesce.ts';
import type { PlannedSnapshot } from '../model/snapshot.ts';
import type { Facts, NotedStep } from '../model/step.ts';
import type { Machine } from '../ports/machine.ts';
import { quiescerOf } from '../ports/quiescer.ts';
import type { Prepared } from './prepare.ts';
import { takeAll } from './storages.ts';

/** The guard's time begins a little before ours. */
const GUARD_EARLIER_MS = 500;

/** The snapshots of a cut: the facts of their last steps, and what the cut is worth; undefined where nobody asked for that. */
export interface Taken {
  readonly facts: readonly Facts[];
  readonly cut: Cut | undefined;
  /** Milliseconds within which they were taken, where they are not of one instant; undefined: they are, or nothing wrote meanwhile. */
  readonly apartMs: number | undefined;
}

/**
 * Brings to rest, takes all snapshots, and lets go in the reverse order, whatever happens between. Nothing else is done meanwhile.
 * All that is to rest is noted, and the guard armed, before the first thing rests. Throws `quiesce.failed`,
 * `quiesce.unguarded`, `quiesce.grade` where the cut is worth less than the task asks for, and what `Provider.take` throws.
 */
export async function cut(
  { planned, guests, rests }: Prepared,
  quiescing: Quiescing,
  journal: Journal,
  machine: Machine,
): Promise<Taken> {
  if (rests.rests.length === 0) {
    const notes = rests.still.map(({ guest, why }) => `${guest} ${why}`);
    const told = sufficient({ grade: gradeOf(guests, rests), restedMs: undefined, by: undefined, notes }, quiescing);
    const began = performance.now();
    const facts = await takeAll(planned, machine.providers, journal);
    const apartMs = areApart({ planned, guests, rests }) ? performance.now() - began : undefined;
    return { facts, cut: guests.length === 0 ? undefined : told, apartMs };
  }
  const until = new Date(Date.now() + quiescing.limitMs).toISOString();
  journal.note(rests.rests.flatMap(({ stays }) => stays ?? []));
  const steps = journal.note(rests.rests.map(({ step }) => ({ ...step, until })));
  try {
    await machine.guard.arm({ path: journal.path, run: journal.header.run }, quiescing.limitMs);
  } catch (error) {
    // Nothing was tried, so there is nothing to let go, and nobody who would have to answer for it.
    journal.undone(steps.map(({ number }) => number));
    throw error;
  }
  machine.checkInterrupted();
  const began = performance.now();
  const leftMs = (): number => quiescing.limitMs - (performance.now() - began);
  const { facts, leftMs: left } = await whileResting(planned, together(rests, steps), leftMs, journal, machine);
  const restedMs = quiescing.limitMs - left.whenLetGo;
  const late = left.whenHeld < GUARD_EARLIER_MS;
  const spoilt = late ? steps.filter(({ step }) => quiescerOf(step.kind, machine.quiescers).spoils) : [];
  if (spoilt.length > 0) {
    const names = spoilt.map((step) => describe(step, machine)).join(', ');
    throw new Fault('quiesce.failed', `${names} may have been let go before all snapshots were taken`, {
      hint: `set a longer 'quiesceLimit'`,
    });
  }
  const standing = journal.steps.filter(({ number }) => steps.some((step) => step.number === number));
  if (standing.length > 0) throw stillResting(standing, machine);
  machine.log.info({ restedMs, late }, 'all that rested was let go');
  const told = worth(rests, steps, late, guests, restedMs, machine);
  return { facts, cut: sufficient(told, quiescing), apartMs: undefined };
}

/** Whether snapshots that are taken one after the other hold different instants: nothing that is known rests. */
export function areApart({
  planned,
  guests,
  rests: { rests, still },
}: Pick<Prepared, 'planned' | 'guests' | 'rests'>): boolean {
  const allStill = guests.length > 0 && guests.every(({ name }) => still.some(({ guest }) => guest === name));
  return planned.length > 1 && rests.length === 0 && !allStill;
}

/** One after the other what may stand on each other; guests that rest by the same means do so at one time. */
function together({ rests }: Rests, steps: readonly NotedStep[]): readonly (readonly NotedStep[])[] {
  const groups: NotedStep[][] = [];
  let before: Rest | undefined;
  for (const [index, step] of steps.entries()) {
    const rest = rests[index];
    const alike = rest?.guest !== undefined && before?.guest !== undefined && before.step.kind === rest.step.kind;
    if (alike) groups.at(-1)?.push(step);
    else groups.push([step]);
    before = rest;
  }
  return groups;
}

async function whileResting(
  planned: readonly PlannedSnapshot[],
  groups: readonly (readonly NotedStep[])[],
  leftMs: () => number,
  journal: Journal,
  machine: Machine,
): Promise<{
  readonly facts: readonly Facts[];
  readonly leftMs: { readonly whenHeld: number; readonly whenLetGo: number };
}> {
  let whenHeld: number | undefined;
  let whenLetGo = 0;
  const letGo = async (): Promise<void> => {
    // Its leftovers are in the journal, where whoever undoes the rest of it finds them.
    await undo(journal, groups.flat(), machine);
    whenLetGo = leftMs();
  };
  const held = async (): Promise<void> => {
    for (const noted of groups.flat().toReversed()) {
      await quiescerOf(noted.step.kind, machine.quiescers).finish?.(noted, leftMs());
    }
    whenHeld = leftMs();
    await letGo();
  };
  try {
    for (const group of groups) {
      machine.checkInterrupted();
      await restAll(group, leftMs(), machine);
    }
    machine.checkInterrupted();
    const facts = await takeAll(planned, machine.providers, journal, held);
    if (whenHeld === undefined) await held();
    return { facts, leftMs: { whenHeld: whenHeld ?? 0, whenLetGo } };
  } finally {
    if (whenHeld === undefined) await letGo();
  }
}

/** Ends when all have answered: what has failed must not be let go while the others are still on their way. */
async function restAll(steps: readonly NotedStep[], leftMs: number, machine: Machine): Promise<void> {
  if (leftMs <= 0) {
    const names = steps.map((step) => describe(step, machine)).join(', ');
    throw new Fault('quiesce.failed', `the time for the cut was over before ${names} rested`);
  }
  const ended = await Promise.allSettled(
    steps.map((noted) => quiescerOf(noted.step.kind, machine.quiescers).rest(noted, leftMs)),
  );
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw asError(failed.reason);
}

function describe(step: NotedStep, machine: Machine): string {
  return machine.undo.get(step.step.kind)?.describe(step).what ?? step.step.kind;
}

function stillResting(steps: readonly NotedStep[], machine: Machine): Fault {
  const names = steps.map((step) => describe(step, machine));
  return new Fault('quiesce.failed', `${names.join(', ')} could not be let go`);
}

function worth(
  rests: Rests,
  steps: readonly NotedStep[],
  late: boolean,
  guests: Prepared['guests'],
  restedMs: number,
  machine: Machine,
): Cut {
  const early = steps.filter((step) => quiescerOf(step.step.kind, machine.quiescers).wasEarly(step) || late);
  const by = [...new Set(rests.rests.map((rest) => rest.by))].join(', ');
  const notes = [
    // The job log has room for two, and this is the worst.
    ...early.map((step) => `${describe(step, machine)} was let go before all snapshots were taken`),
    ...rests.rests.flatMap(({ note }) => note ?? []),
    ...rests.still.map(({ guest, why }) => `${guest} ${why}`),
  ];
  return { grade: early.length > 0 ? 'crash' : gradeOf(guests, rests), restedMs, by, notes };
}

function sufficient(told: Cut, quiescing: Quiescing): Cut {
  const fault = weakness(told, quiescing);
  if (fault) throw fault;
  return told;
}

/** That a cut is worth less than the task asks for; undefined: it is not. */
export function weakness({ grade, notes }: Pick<Cut, 'grade' | 'notes'>, { require }: Quiescing): Fault | undefined {
  if (isAtLeast(grade, require)) return undefined;
  const why = notes.length > 0 ? `: ${notes.join('; ')}` : '';
  return new Fault('quiesce.grade', `the snapshots are of grade ${grade}, and the task requires ${require}${why}`, {
    hint: `see 'quiesce' and 'require' of the task`,
  });
}
