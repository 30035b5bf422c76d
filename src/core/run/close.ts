import { adoptionOf, noteAdopted } from './adopted.ts';
import type { Verdict } from '../model/reply.ts';
import { withHint } from '../model/fault.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalView } from '../journal/view.ts';
import type { Machine, Unwatched } from '../ports/machine.ts';
import type { Health } from '../model/snapshot.ts';
import { replay, type Leftover } from '../journal/replay.ts';
import { healthOfAll, snapshotsAmong } from './storages.ts';
import type { NotedStep } from '../model/step.ts';
import type { MountState } from '../ports/mounts.ts';

export interface Closed {
  readonly run: string;
  readonly task: string;
  readonly openedAt: string;
  readonly verdict: Verdict;
  readonly snapshots: readonly { readonly step: NotedStep; readonly health: Health }[];
  readonly mounts: number;
  readonly unwatched?: Unwatched | undefined;
  readonly leftovers: readonly Leftover[];
}

/** What is known of the snapshots and mounts of an open task. */
export interface Examined {
  readonly snapshots: Closed['snapshots'];
  /** Why a mount is not what it was; undefined: it is. */
  readonly mounts: readonly ({ readonly step: NotedStep } & MountState)[];
  /** What can't be checked may be bad, so it is. */
  readonly verdict: Verdict;
  /** What holds whenever it is asked again: `unknown` where only a later check can find out. */
  readonly persistent: Verdict;
}

/**
 * Judges the snapshots of an open task, then removes everything. Needs nothing but the journal, so it works with a
 * broken configuration and after a reboot. A closing that was cut short keeps the verdict it had come to, unless that
 * was that it could not be checked. `doubt`: why the data may be bad though the snapshots are good.
 */
export async function close(journal: Journal, machine: Machine, doubt?: string): Promise<Closed> {
  const { header } = journal;
  const unsure = await noteAdopted(journal, machine);
  const examined = withDoubt(await examine(journal, machine), doubt);
  const unwatched = machine.unwatched(journal);
  const settled = journal.verdict?.kind === 'unknown' ? undefined : journal.verdict;
  try {
    journal.markClosing(settled ?? examined.persistent);
  } catch (error) {
    // A full disk must not keep the snapshot alive; the worst that is lost is this verdict, and it is reported below.
    machine.log.warn({ err: error }, 'the journal could not be brought up to date');
  }
  const leftovers = await replay(journal, machine, unsure);
  journal.close();
  const { snapshots, mounts, verdict } = examined;
  return {
    run: header.run,
    task: header.task,
    openedAt: header.startedAt,
    verdict: settled ?? verdict,
    snapshots,
    mounts: mounts.length,
    unwatched,
    leftovers,
  };
}

function withDoubt(examined: Examined, doubt: string | undefined): Examined {
  if (doubt === undefined || examined.verdict.kind === 'unknown') return examined;
  const more = examined.verdict.kind === 'bad' ? examined.verdict.reasons : [];
  return { ...examined, ...both({ kind: 'bad', reasons: [doubt, ...more] }) };
}

/** How the snapshots and mounts of an open task are. Changes nothing. */
export async function examine(journal: JournalView, machine: Machine): Promise<Examined> {
  const steps = journal.steps.filter(({ step }) => step.kind === 'mount');
  // At once: of a device that hangs both have to wait for long.
  const [snapshots, states] = await Promise.all([
    healthOfSnapshots(journal, machine),
    machine.mounts.disturbed(steps).catch((error: unknown) => {
      machine.log.error({ err: error }, 'the mounts could not be checked');
      const reason = `the mounts could not be checked: ${withHint(error)}`;
      return steps.map((): MountState => ({ disturbed: reason, home: undefined }));
    }),
  ]);
  const mounts = steps.map((step, index) => ({ disturbed: undefined, home: undefined, ...states[index], step }));
  return { snapshots, mounts, ...judge(journal, snapshots, mounts, machine.bootId) };
}

async function healthOfSnapshots(journal: JournalView, machine: Machine): Promise<Closed['snapshots']> {
  const snapshots = snapshotsAmong(journal.steps, machine.providers);
  const health = await healthOfAll(snapshots, machine.providers, machine.log);
  // What a snapshot holds is worth nothing where it was not shown to the end.
  const disturbed = await disturbedImages(journal, machine);
  return snapshots.flatMap((step, index) => {
    const own = health[index];
    const reason = own?.kind === 'bad' ? undefined : disturbed.get(step.facts?.['uuid'] ?? '');
    return own ? [{ step, health: reason === undefined ? own : { ...own, kind: 'bad', reason } }] : [];
  });
}

/** What is wrong with the images that are shown, by the snapshot that each shows. */
async function disturbedImages({ steps }: JournalView, machine: Machine): Promise<ReadonlyMap<string, string>> {
  const shown = steps.filter(({ step }) => step.kind === 'image');
  if (shown.length === 0) return new Map();
  const reasons = await machine.images.disturbed(shown).catch((error: unknown) => {
    machine.log.error({ err: error }, 'the images could not be checked');
    return shown.map(({ step }) => `${step['label']}: what shows it could not be checked: ${withHint(error)}`);
  });
  return new Map(
    shown.flatMap(({ step }, index): [string, string][] => {
      const reason = reasons[index];
      return reason === undefined ? [] : [[step['volume'] ?? '', reason]];
    }),
  );
}

/** `bad` if and only if the data that was read may be bad. */
function judge(
  journal: JournalView,
  snapshots: Closed['snapshots'],
  mounts: Examined['mounts'],
  bootId: string,
): Pick<Examined, 'verdict' | 'persistent'> {
  if (journal.header.boot !== bootId)
    return both({ kind: 'unknown', reason: 'the machine was restarted while it was open' });
  if (journal.opened === undefined)
    return both({ kind: 'bad', reasons: ['pre did not finish, so the task was never completely open'] });
  const reasonsOf = (kind: Health['kind']): readonly string[] =>
    snapshots.flatMap(({ health }) => (health.kind === kind ? [health.reason ?? 'unknown state'] : []));
  const unchecked = reasonsOf('unknown');
  // Whoever could not check the snapshots has found the mounts well, and then begun to remove them.
  const disturbed = journal.verdict ? [] : mounts.flatMap((mount) => mount.disturbed ?? []);
  const adoptions = snapshots.flatMap(({ step }) => {
    const adoption = adoptionOf(step);
    return adoption === undefined
      ? []
      : [`${step.step['label']}: its snapshot may have been changed: somebody ${adoption}`];
  });
  const bad = [...reasonsOf('bad'), ...disturbed, ...adoptions];
  if (bad.length > 0) return both({ kind: 'bad', reasons: [...bad, ...unchecked] });
  if (unchecked.length === 0) return both({ kind: 'good' });
  return {
    verdict: { kind: 'bad', reasons: unchecked },
    persistent: { kind: 'unknown', reason: unchecked.join('; ') },
  };
}

function both(verdict: Verdict): Pick<Examined, 'verdict' | 'persistent'> {
  return { verdict, persistent: verdict };
}
