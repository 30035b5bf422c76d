import { adoptedOutcome, adoptionOf } from '../../core/run/adopted.ts';
import { isFault } from '../../core/model/fault.ts';
import { shellWord } from '../../core/text/shell.ts';
import type { NotedStep, Outcome } from '../../core/model/step.ts';
import { deleteSubvolume, deleteSubvolumeAt, placeOfSubvolume, type Subvolume } from '../../system/tools/btrfs.ts';
import type { Exec } from '../../system/command.ts';
import { lookAt, subvolumeAt } from './subvolumes.ts';

/** By its UUID once that is known, else as a snapshot of its origin. */
export function isProven(now: Subvolume | undefined, { step, facts }: Pick<NotedStep, 'step' | 'facts'>): boolean {
  const uuid = facts?.['uuid'];
  return now !== undefined && (uuid === undefined ? (now.parentUuid ?? '') === step['sourceUuid'] : now.uuid === uuid);
}

/** Deletes the snapshots of steps that are where they were taken, and are what was taken. */
export async function removeSnapshots(steps: readonly NotedStep[], exec: Exec): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) outcomes.push(await removeOne(step, exec));
  return outcomes;
}

async function removeOne(noted: NotedStep, exec: Exec): Promise<Outcome> {
  const { name = '' } = noted.step;
  if (!(await mayBeThere(name, exec))) return (await missing(noted, exec)) ?? { kind: 'undone' };
  const now = await subvolumeAt(name, exec);
  if (!now || !isProven(now, noted) || !(await isWhereItWas(now, noted, exec))) {
    const reason = 'something of this name is there, but not the snapshot that this run took';
    return { kind: 'left', reason, foreign: true };
  }
  const adoption = adoptionOf(noted);
  if (adoption !== undefined) return adoptedOutcome(adoption);
  // Seen only now: whoever made it writable may be at work in it. Before it was noted it is writable for a moment by our own doing.
  const mayGo = now.readOnly || noted.facts === undefined || noted.facts['discard'] !== undefined;
  if (!mayGo) return adoptedOutcome('made it writable');
  const complaint = await exec.run(
    noted.step['deleted'] === 'by path' ? deleteSubvolumeAt(name) : deleteSubvolume(now.id, withinOf(noted)),
  );
  if (!(await mayBeThere(name, exec))) return { kind: 'undone' };
  return { kind: 'left', reason: complaint?.join('; ') ?? 'btrfs kept it' };
}

/**
 * Whether it has the same number still, and what it is deleted within is what it was: who owns the subvolume may put another
 * directory, or a link, in the place of ours. Version 0.1.0 noted neither.
 */
async function isWhereItWas({ id }: Subvolume, { step, facts }: NotedStep, exec: Exec): Promise<boolean> {
  if (step['within'] === undefined) return true;
  if ((facts?.['id'] ?? id) !== id) return false;
  return ((await subvolumeAt(step['within'], exec))?.uuid ?? '') === step['withinUuid'];
}

/** What has become of a snapshot that is not at its place; undefined: it is gone. */
async function missing(noted: NotedStep, exec: Exec): Promise<Outcome | undefined> {
  const moved = await placeElsewhere(noted, exec);
  if (moved === undefined) return undefined;
  const within = withinOf(noted);
  if (moved === 'absent') {
    return { kind: 'left', reason: `subvolume ${within} is not there: is it mounted?`, absent: true };
  }
  return {
    kind: 'left',
    reason: `somebody renamed it: seen from ${within} it is ${moved.place}`,
    byHand: `find out who owns it: btrfs subvolume list -u ${shellWord(within)}`,
  };
}

/** Where a snapshot is that is not at its place; undefined: nowhere. `absent`: its file system is not there. */
export async function placeElsewhere(
  noted: NotedStep,
  exec: Exec,
): Promise<{ readonly place: string; readonly generation: string } | 'absent' | undefined> {
  const { step, facts } = noted;
  const [within, uuid] = [withinOf(noted), facts?.['uuid']];
  if ((await subvolumeAt(within, exec))?.uuid !== (step['withinUuid'] ?? step['sourceUuid'])) return 'absent';
  return uuid === undefined ? undefined : exec.run(placeOfSubvolume(uuid, within));
}

/** A subvolume of the same file system that can be written to. Version 0.1.0 knew no other than the origin itself. */
function withinOf({ step: { within, source = '' } }: NotedStep): string {
  return within ?? source;
}

export function byHand(what: string): string {
  return `btrfs subvolume delete ${what}`;
}

/** Whatever else is wrong, what can't be looked at can't be called gone. */
async function mayBeThere(file: string, exec: Exec): Promise<boolean> {
  try {
    return (await lookAt(file, exec)) !== undefined;
  } catch (error) {
    if (isFault(error)) return true;
    throw error;
  }
}
