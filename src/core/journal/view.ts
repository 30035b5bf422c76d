import type { OpenedPath, Verdict } from '../model/reply.ts';
import type { JournalHeader, Line } from './format.ts';
import type { NotedStep } from '../model/step.ts';

/** What a journal says, only to be read: nothing in it writes. */
export interface JournalView {
  readonly path: string;
  readonly header: JournalHeader;
  /** Steps that may exist on the machine, oldest first. */
  readonly steps: readonly NotedStep[];
  /** Steps that are to stay, and are nobody's to undo any more. */
  readonly kept: readonly NotedStep[];
  /** What was handed to the product, if the task was opened completely. */
  readonly opened: readonly OpenedPath[] | undefined;
  /** Parts of the origins that are not in the mounts, and why. */
  readonly notSaved: readonly string[];
  /** What somebody who began to close the task found, before anything was removed. */
  readonly verdict: Verdict | undefined;
  /** Since when somebody should be watching its snapshots, so that they don't run full: ISO 8601, UTC. Undefined: nobody has to. */
  readonly watched: string | undefined;
  /** What its snapshots are worth: a `Grade`. Undefined: nobody asked for that. */
  readonly grade: string | undefined;
}

/** What the lines that were read or written so far add up to. */
export interface Contents {
  /** The number of the next step. */
  next: number;
  readonly steps: Map<number, NotedStep>;
  readonly kept: NotedStep[];
  opened: readonly OpenedPath[] | undefined;
  notSaved: readonly string[];
  verdict: Verdict | undefined;
  watched: string | undefined;
  grade: string | undefined;
}

export function contentsOf(lines: readonly Line[]): Contents {
  const contents: Contents = {
    next: 1,
    steps: new Map(),
    kept: [],
    opened: undefined,
    notSaved: [],
    verdict: undefined,
    watched: undefined,
    grade: undefined,
  };
  for (const line of lines) apply(line, contents);
  return contents;
}

/** Adds what a line says. */
export function apply(line: Line, to: Contents): void {
  if ('do' in line) {
    to.steps.set(line.n, { number: line.n, step: line.do, facts: undefined });
    to.next = Math.max(to.next, line.n + 1);
  } else if ('learned' in line) {
    const noted = to.steps.get(line.n);
    if (noted) to.steps.set(line.n, { ...noted, facts: { ...noted.facts, ...line.learned } });
  } else if ('undone' in line) {
    if ('kept' in line) to.kept.push(...line.kept.flatMap((number) => to.steps.get(number) ?? []));
    for (const number of line.undone) to.steps.delete(number);
  } else if ('opened' in line) {
    to.opened = line.opened;
    to.notSaved = line.notSaved;
  } else if ('watched' in line) {
    to.watched = line.watched;
  } else if ('grade' in line) {
    to.grade = line.grade;
  } else {
    to.verdict = line.closing;
  }
}
