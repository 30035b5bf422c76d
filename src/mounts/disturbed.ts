import { isFault } from '../core/model/fault.ts';
import type { NotedStep } from '../core/model/step.ts';
import type { MountState } from '../core/ports/mounts.ts';
import type { Exec } from '../system/command.ts';
import { readDirectories } from '../system/tools/find.ts';
import type { LoopDevice } from '../system/kernel/loops.ts';
import { mountAt, readMounts, superblockOf, type MountEntry } from '../system/kernel/mountinfo.ts';
import { namespaceOf, otherViews } from '../system/kernel/namespaces.ts';
import { isOurs, loopsUnder } from './proof.ts';

/** How long mounts may take to show that they can be read; then each of them alone, to learn which it is. */
const ANSWER_MS = 20_000;
const ALONE_MS = 5000;

/** The mounts of one mount namespace, and how to come to a path in it. */
interface Seen {
  readonly mounts: readonly MountEntry[];
  readonly home: string | undefined;
  readonly root: string;
}

/**
 * How our mounts are: well if they are there, the same, on top, and can be read. That counts in the mount namespace that
 * each was made in: whoever asks may be in another one, as an admin is who looks at a task of a unit with PrivateTmp.
 */
export async function disturbed(steps: readonly NotedStep[], exec: Exec): Promise<readonly MountState[]> {
  const loops = await loopsUnder(
    steps.map(({ step }) => step),
    exec,
  );
  const own: Seen = { mounts: readMounts(), home: undefined, root: '' };
  const missing = steps.some((step) => !findMine(step, own.mounts, loops));
  const views = missing ? otherViews() : [];
  const others = views.map(({ mounts, home, pid }): Seen => ({ mounts, home, root: `/proc/${pid}/root` }));
  const seen = steps.map((step) => [own, ...others].find(({ mounts }) => findMine(step, mounts, loops)));
  const namespaces = new Set([namespaceOf('self'), ...views.map(({ namespace }) => namespace)]);
  const changes = steps.map((step, index) => {
    const where = seen[index];
    return where ? changeOf(step, where.mounts, loops) : wentAway(step, namespaces);
  });
  const rootedPointOf = (step: NotedStep, index: number): string => `${seen[index]?.root ?? ''}${pointOf(step)}`;
  const standing = steps.map(rootedPointOf).filter((_, index) => changes[index] === undefined);
  const unreadable = await findUnreadable(standing, exec);
  return steps.map((step, index): MountState => {
    const problem = changes[index] === undefined ? unreadable.get(rootedPointOf(step, index)) : undefined;
    const point = pointOf(step);
    const change =
      changes[index] ?? (problem && `${point} can't be read any more (${problem}): look at dmesg for its disk`);
    return { disturbed: change && `${step.step['label']}: ${change}`, home: seen[index]?.home };
  });
}

function pointOf({ step }: NotedStep): string {
  return step['point'] ?? '';
}

/** The mount that the step made, in one namespace. */
function findMine(
  noted: NotedStep,
  mounts: readonly MountEntry[],
  loops: readonly LoopDevice[],
): MountEntry | undefined {
  const { facts } = noted;
  const mine = mounts.find((entry) => String(entry.id) === facts?.['id'] && entry.point === pointOf(noted));
  return mine && isOurs(mine, noted, loops) && !differs(facts?.['superblock'], superblockOf(mine)) ? mine : undefined;
}

function wentAway(noted: NotedStep, namespaces: ReadonlySet<string | undefined>): string {
  const { facts } = noted;
  const mount = `its mount at ${pointOf(noted)}`;
  return facts?.['namespace'] === undefined || namespaces.has(facts['namespace'])
    ? `${mount} went away while the task was open: only holdstill may unmount it`
    : `${mount} went away with the mount namespace of the hook that made it: run the backup in the same one`;
}

function changeOf(noted: NotedStep, mounts: readonly MountEntry[], loops: readonly LoopDevice[]): string | undefined {
  const { facts } = noted;
  const point = pointOf(noted);
  const mine = findMine(noted, mounts, loops);
  if (differs(facts?.['options'], mine?.options)) {
    return `somebody mounted ${point} again, as ${mine?.options}: only holdstill may do that`;
  }
  const top = mountAt(point, mounts);
  return top && isOurs(top, noted, loops)
    ? undefined
    : `something else was mounted over ${point} (${top?.type}): give the task a 'mount' of its own`;
}

/** Only what is known of both times can differ: a journal may be an older version's, and not every driver says it. */
function differs(then: string | undefined, now: string | undefined): boolean {
  return then !== undefined && now !== undefined && then !== now;
}
/** One process for all of them; a process each only if something is wrong. */
async function findUnreadable(points: readonly string[], exec: Exec): Promise<ReadonlyMap<string, string>> {
  if (points.length === 0 || (await problemOf(points, ANSWER_MS, exec)) === undefined) return new Map();
  const problems = await Promise.all(points.map((point) => problemOf([point], ALONE_MS, exec)));
  return new Map(points.flatMap((point, index) => (problems[index] === undefined ? [] : [[point, problems[index]]])));
}

async function problemOf(points: readonly string[], mostMs: number, exec: Exec): Promise<string | undefined> {
  try {
    return await exec.run(readDirectories(points, mostMs));
  } catch (error) {
    if (isFault(error) && error.code === 'tool.timeout') return 'no answer';
    throw error;
  }
}
