import type { Journal } from './journal.ts';
import type { Machine } from './machine.ts';
import type { Health } from './provider.ts';
import { stateOf, type OpenState } from './recover.ts';
import { describeStep } from './replay.ts';

/** How one task stands, for people and monitoring. */
export interface TaskStatus {
  readonly task: string;
  readonly state: OpenState | 'idle';
  readonly run: string | undefined;
  readonly contract: string | undefined;
  readonly since: string | undefined;
  readonly snapshots: readonly SnapshotStatus[];
  /** Everything else that stands in the journal: loop devices, directories. */
  readonly others: readonly { readonly kind: string; readonly what: string }[];
}

export interface SnapshotStatus {
  readonly origin: string;
  readonly snapshot: string;
  readonly health: Health;
  readonly mounts: readonly { readonly point: string; readonly type: string; readonly state: string }[];
}

/** Looks at a task with a journal; changes nothing. */
export async function survey(journal: Journal, machine: Machine): Promise<TaskStatus> {
  const snapshots: SnapshotStatus[] = [];
  for (const provider of machine.providers) {
    const steps = journal.steps.filter(({ step }) => step.kind === provider.kind);
    const health = steps.length === 0 ? [] : await provider.health(steps);
    steps.forEach((noted, index) => {
      const state = health[index];
      if (!state) return;
      const mounts = journal.steps.filter(
        ({ step }) => step.kind === 'mount' && step['volume'] === noted.facts?.['uuid'],
      );
      snapshots.push({
        origin: `${noted.step['vg']}/${noted.step['origin']}`,
        snapshot: noted.step['name'] ?? '',
        health: state,
        mounts: mounts.map((mount) => ({
          point: mount.step['point'] ?? '',
          type: mount.step['type'] ?? '',
          state: machine.guests.disturbed(mount) ?? 'read-only',
        })),
      });
    });
  }
  const shown = new Set(['mount', ...machine.providers.map(({ kind }) => kind)]);
  const { header } = journal;
  return {
    task: header.task,
    state: stateOf(journal, machine),
    run: header.run,
    contract: header.contract,
    since: header.startedAt,
    snapshots,
    others: journal.steps
      .filter(({ step }) => !shown.has(step.kind))
      .map((step) => ({ kind: step.step.kind, what: describeStep(step, machine).what })),
  };
}
