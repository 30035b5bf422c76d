import type { Verdict } from './contract.ts';
import type { Journal } from './journal.ts';
import type { Machine } from './machine.ts';
import type { Health } from './provider.ts';
import { replay, type Leftover } from './replay.ts';
import type { NotedStep } from './step.ts';

export interface Closed {
  readonly run: string;
  readonly task: string;
  readonly openedAt: string;
  readonly verdict: Verdict;
  readonly snapshots: readonly { readonly step: NotedStep; readonly health: Health }[];
  readonly mounts: number;
  readonly leftovers: readonly Leftover[];
}

/**
 * Judges the snapshots of an open task, then removes everything. Needs nothing but the journal, so it works with a
 * broken configuration and after a reboot. A closing that was cut short keeps the verdict it had come to.
 */
export async function close(journal: Journal, machine: Machine): Promise<Closed> {
  const { header } = journal;
  const mounts = journal.steps.filter(({ step }) => step.kind === 'mount').length;
  const { snapshots, verdict: found } = await examine(journal, machine);
  const verdict = journal.verdict ?? found;
  try {
    journal.markClosing(verdict);
  } catch (error) {
    // A full disk must not keep the snapshot alive; the worst that is lost is this verdict, and it is told below.
    machine.log.warn({ err: error }, 'the journal could not be brought up to date');
  }
  const leftovers = await replay(journal, machine);
  journal.close();
  return { run: header.run, task: header.task, openedAt: header.startedAt, verdict, snapshots, mounts, leftovers };
}

/** How the snapshots and mounts of an open task are. Changes nothing. */
export async function examine(journal: Journal, machine: Machine): Promise<Pick<Closed, 'snapshots' | 'verdict'>> {
  const snapshots = await healthOfSnapshots(journal, machine);
  return { snapshots, verdict: await judge(journal, snapshots, machine) };
}

async function healthOfSnapshots(journal: Journal, machine: Machine): Promise<Closed['snapshots']> {
  const found: { step: NotedStep; health: Health }[] = [];
  for (const provider of machine.providers) {
    const steps = journal.steps.filter(({ step }) => step.kind === provider.kind);
    if (steps.length === 0) continue;
    const health = await provider.health(steps).catch((error: unknown) =>
      steps.map((): Health => {
        machine.log.error({ err: error }, 'the snapshots could not be checked');
        const reason = `could not be checked: ${(error as Error).message}`;
        return { kind: 'unknown', reason, fill: undefined, bytes: 0 };
      }),
    );
    steps.forEach((step, index) => {
      const state = health[index];
      if (state) found.push({ step, health: state });
    });
  }
  return found;
}

/** `bad` if and only if the data that was read may be bad; what can't be checked may be bad. */
async function judge(journal: Journal, snapshots: Closed['snapshots'], machine: Machine): Promise<Verdict> {
  if (journal.header.boot !== machine.bootId) {
    return { kind: 'unknown', reason: 'the machine was restarted while it was open' };
  }
  if (journal.opened === undefined) return { kind: 'bad', reasons: ['the task was never opened to the end'] };
  const reasons = snapshots.flatMap(({ health }) => (health.kind === 'good' ? [] : [health.reason ?? 'unknown state']));
  for (const step of journal.steps.filter(({ step: { kind } }) => kind === 'mount')) {
    const disturbed = await machine.guests.disturbed(step);
    if (disturbed !== undefined) reasons.push(disturbed);
  }
  return reasons.length > 0 ? { kind: 'bad', reasons } : { kind: 'good' };
}
