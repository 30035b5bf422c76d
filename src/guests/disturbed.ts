import { isFault } from '../core/fault.ts';
import type { NotedStep } from '../core/step.ts';
import type { Exec } from '../system/command.ts';
import { readDirectories } from '../system/find.ts';
import type { LoopDevice } from '../system/loops.ts';
import { mountAt, readMounts, superblockOf, type MountEntry } from '../system/mountinfo.ts';
import { isOurs, loopsUnder } from './mounts.ts';

/** How long mounts may take to show that they can be read; then each of them alone, to learn which it is. */
const ANSWER_MS = 20_000;
const ALONE_MS = 5000;

/** Why our mounts are not what they were; undefined: it is there, the same, on top, and can be read. */
export async function disturbed(steps: readonly NotedStep[], exec: Exec): Promise<readonly (string | undefined)[]> {
  const mounts = readMounts();
  const loops = await loopsUnder(
    steps.map(({ step }) => step),
    exec,
  );
  const changes = steps.map((step) => changeOf(step, mounts, loops));
  const standing = steps.filter((_, index) => changes[index] === undefined).map(pointOf);
  const unreadable = await findUnreadable(standing, exec);
  return steps.map((step, index) => {
    const point = pointOf(step);
    const problem = unreadable.get(point);
    const change =
      changes[index] ?? (problem && `${point} can't be read any more (${problem}): look at dmesg for its disk`);
    return change && `${step.step['label']}: ${change}`;
  });
}

function pointOf({ step }: NotedStep): string {
  return step['point'] ?? '';
}

function changeOf(noted: NotedStep, mounts: readonly MountEntry[], loops: readonly LoopDevice[]): string | undefined {
  const { step, facts } = noted;
  const point = pointOf(noted);
  const mine = mounts.find((entry) => String(entry.id) === facts?.['id'] && entry.point === point);
  if (!mine || !isOurs(mine, step, loops) || differs(facts?.['superblock'], superblockOf(mine))) {
    return `its mount at ${point} went away while the task was open: nothing but the hook may unmount it`;
  }
  if (differs(facts?.['options'], mine.options)) {
    return `its mount at ${point} was mounted anew, as ${mine.options}: nothing but the hook may do that`;
  }
  const top = mountAt(point, mounts);
  return top && isOurs(top, step, loops)
    ? undefined
    : `something else was mounted over ${point} (${top?.type}): give the task a 'mount' of its own`;
}

/** Only what is known of both times can differ: a journal may be an older version's, and not every driver tells. */
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
