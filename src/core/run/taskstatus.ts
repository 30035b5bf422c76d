import { adoptionOf, adoptionText, withAdopted } from './adopted.ts';
import { examine } from './close.ts';
import type { Verdict } from '../model/reply.ts';
import type { JournalView } from '../journal/view.ts';
import type { Machine, Unwatched } from '../ports/machine.ts';
import type { Health } from '../model/snapshot.ts';
import { restsAmong } from './thaw.ts';
import { stateOf, type OpenState } from './recover.ts';
import { describeStep, dependsOn } from '../journal/replay.ts';
import type { NotedStep } from '../model/step.ts';

/** How one task stands, for people and monitoring. */
export interface TaskStatus {
  readonly task: string;
  readonly state: OpenState | 'idle';
  /** What a closing would say of its data now; undefined where it is not open. */
  readonly verdict: Verdict | undefined;
  readonly run: string | undefined;
  readonly contract: string | undefined;
  readonly since: string | undefined;
  readonly snapshots: readonly SnapshotStatus[];
  /** Parts of the origins that are not in the mounts, and why. */
  readonly notSaved: readonly string[];
  /** How long nobody watched its snapshots, so that they would not have been extended; undefined: not for long. */
  readonly unwatched?: Unwatched | undefined;
  /** Who reads it, or keeps it busy in another way. */
  readonly users: readonly string[];
  /** What its snapshots are worth: a `Grade`; undefined where nobody asked for that. */
  readonly grade?: string | undefined;
  /** What is at rest now, or may be, and until when at most (ISO 8601, UTC) if the guard does its work. */
  readonly resting?: readonly { readonly what: string; readonly until: string; readonly byHand: string }[];
  /** Everything else that stands in the journal: loop devices, directories. */
  readonly others: readonly { readonly kind: string; readonly what: string }[];
}

export interface SnapshotStatus {
  readonly origin: string;
  readonly snapshot: string;
  readonly health: Health;
  /** By what somebody made it his own, so that it is never removed unasked; undefined: nothing was seen. */
  readonly adopted: string | undefined;
  /** Its room when it was taken. */
  readonly bytesAtFirst: number;
  /** `type` with what it is in: `ext4 in LVM2_member`. */
  readonly mounts: readonly {
    readonly point: string;
    readonly type: string;
    readonly state: string;
    /** The process in whose mount namespace it stands; undefined: in that of whoever looks, or nowhere. */
    readonly home?: string;
  }[];
}

/** Looks at a task with a journal; changes nothing. */
export async function taskStatusOf(noted: JournalView, machine: Machine): Promise<TaskStatus> {
  const snapshots: SnapshotStatus[] = [];
  const journal = await withAdopted(noted, machine);
  const examined = await examine(journal, machine);
  for (const { step, health } of examined.snapshots) {
    const mounts = examined.mounts
      .filter((mount) => standsOn(mount.step, step.facts?.['uuid'], journal.steps, machine))
      .map(({ step: { step: mount }, disturbed, home }) => {
        const { point = '', type = '', within } = mount;
        const shown = within === undefined ? type : `${type} in ${within}`;
        return { point, type: shown, state: disturbed ?? 'read-only', ...(home === undefined ? {} : { home }) };
      });
    const { label = '', name = '' } = step.step;
    const adoption = adoptionOf(step);
    const adopted = adoption && adoptionText(adoption);
    const bytesAtFirst = Number(step.facts?.['bytes'] ?? 0);
    snapshots.push({ origin: label, snapshot: name, health, adopted, bytesAtFirst, mounts });
  }
  const resting = restsAmong(journal.steps, machine);
  const shown = new Set([
    'mount',
    ...machine.providers.map(({ kind }) => kind),
    ...machine.quiescers.map(({ kind }) => kind),
  ]);
  const { header, notSaved } = journal;
  return {
    task: header.task,
    state: stateOf(journal, machine),
    verdict: examined.persistent,
    run: header.run,
    contract: header.contract,
    since: header.startedAt,
    snapshots,
    notSaved,
    grade: journal.grade,
    resting: resting.map((step) => ({ until: step.step['until'] ?? '', ...describeStep(step, machine) })),
    unwatched: machine.unwatched(journal),
    users: await machine.usersOf(journal.steps),
    others: journal.steps
      .filter(({ step }) => !shown.has(step.kind))
      .map((step) => ({ kind: step.step.kind, what: describeStep(step, machine).what })),
  };
}

/** Whether what a step made stands on a snapshot, directly or on what else stands on it. */
function standsOn(step: NotedStep, uuid: string | undefined, steps: readonly NotedStep[], machine: Machine): boolean {
  const seen = new Set<NotedStep>();
  const stands = (one: NotedStep): boolean => {
    seen.add(one);
    const on = dependsOn(one, machine).on.filter(Boolean);
    if (uuid !== undefined && on.includes(uuid)) return true;
    return steps.some((other) => !seen.has(other) && on.includes(dependsOn(other, machine).is ?? '') && stands(other));
  };
  return stands(step);
}
