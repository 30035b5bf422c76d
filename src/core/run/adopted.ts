import { formatBytes } from '../text/bytes.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalView } from '../journal/view.ts';
import type { Machine } from '../ports/machine.ts';
import type { NotedStep, Outcome } from '../model/step.ts';
import { namesOf } from '../text/users.ts';
import type { Adopted } from '../model/adopted.ts';

/** What was found of others at a snapshot. */
export interface Traces {
  /** Where a file system in it is mounted so that it can be written to. */
  readonly mounts: readonly string[];
  /** Who has it open for writing. */
  readonly openers: readonly string[];
  /** Bytes that others wrote to it; undefined: that is not known. */
  readonly bytes: number | undefined;
  /** What somebody did to the snapshot itself: `made it writable`. */
  readonly done: string | undefined;
  /** All that the task mounted stands as it was mounted. */
  readonly standing: boolean;
}

/**
 * What makes a snapshot somebody's own: he wrote to it, or can. After a crash a start may have taken it for its origin, and
 * people may have worked on it since. Undefined: nothing shows that. Who has it open and has written nothing only uses it. What
 * was written while our mounts stood, and nobody is seen any more, may have been their drivers.
 */
export function adoptionFrom(label: string, { mounts, openers, bytes, done, standing }: Traces): string | undefined {
  if (mounts.length > 0) return `mounted it writable at ${namesOf(mounts)}, perhaps instead of ${label}`;
  if (done !== undefined) return done;
  if (bytes === 0) return undefined;
  if (openers.length > 0) return `opened it for writing: ${namesOf(openers)}`;
  return bytes === undefined || standing ? undefined : `wrote to it (${formatBytes(bytes)})`;
}

/** By what somebody has made the snapshot of a step his own, as far as it was seen; undefined also where he said that it may go. */
export function adoptionOf({ facts }: NotedStep): string | undefined {
  return facts?.['discard'] === undefined ? facts?.['adoption'] : undefined;
}

/** The steps except for the snapshots that are somebody's: who uses those keeps the rest from nothing. */
export function unadopted(steps: readonly NotedStep[]): readonly NotedStep[] {
  return steps.filter((step) => adoptionOf(step) === undefined);
}

/** For people. */
export function adoptionText(adoption: string): string {
  return `somebody ${adoption}, and may have worked on it`;
}

/** A snapshot that is still there and is somebody's: only he can say that it may go. */
export function adoptedOutcome(adoption: string): Outcome {
  return { kind: 'left', reason: adoptionText(adoption), adopted: true };
}

/**
 * Notes which snapshots others have made their own: whoever comes when they are gone, or after another start, must know.
 * Called before anything is removed, and by all who come by. Throws `journal.unwritable`: what can't be noted is not to be
 * removed either. The answer are those that could not be looked at.
 */
export async function noteAdopted(journal: Journal, machine: Machine): Promise<Adopted['unsure']> {
  const { seen, unsure } = await machine.adoptedOn(journal.steps);
  const adopted = journal.steps.filter(({ number, facts }) => seen.has(number) && facts?.['adoption'] === undefined);
  if (adopted.length === 0) return unsure;
  const adoptions = adopted.map(({ number }) => ({ adoption: seen.get(number) ?? '' }));
  machine.log.warn({ steps: adopted, adoptions }, 'somebody may have worked on a snapshot');
  journal.learn(adopted, adoptions);
  return unsure;
}

/** The same without noting it: the journal as it would be then. */
export async function withAdopted(journal: JournalView, machine: Machine): Promise<JournalView> {
  const { seen } = await machine.adoptedOn(journal.steps);
  const steps = journal.steps.map((step) => {
    const adoption = seen.get(step.number);
    return adoption === undefined ? step : { ...step, facts: { adoption, ...step.facts } };
  });
  return { ...journal, steps };
}

/** Notes that the snapshots which are somebody's may go: he, or whoever speaks for him, has said so. */
export function discardAdopted(journal: Journal): void {
  const adopted = journal.steps.filter((step) => adoptionOf(step) !== undefined);
  journal.learn(
    adopted,
    adopted.map(() => ({ discard: 'yes' })),
  );
}
