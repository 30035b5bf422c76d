import { dirname } from 'node:path';
import { formatBytes } from '../core/text/bytes.ts';
import type { Closed } from '../core/run/close.ts';
import type { Reply } from '../core/model/reply.ts';
import { Fault, isFault } from '../core/model/fault.ts';
import { notSaved } from '../core/run/layout.ts';
import type { Opened } from '../core/run/opened.ts';
import type { Recovered } from '../core/run/recover.ts';
import type { Leftover } from '../core/journal/replay.ts';
import { nothing } from '../core/model/nothing.ts';
import { shellWord } from '../core/text/shell.ts';
import { namesOf } from '../core/text/users.ts';
import { guestsText } from './guests.ts';
import { atMost, extended, formatDuration, headline, line, quoted } from './lines.ts';

/** Together with the headline, the last line and a product's own status line these stay below 15. */
const MOST = { snapshots: 4, mounts: 4, skipped: 3, notes: 2, cut: 1, detail: 5 } as const;

/** What an opening came to, for the product's job log. */
export function openedReply(task: string, opened: Opened, ms: number): Reply {
  switch (opened.kind) {
    case 'again':
      return {
        kind: 'opened',
        paths: opened.paths,
        lines: [headline('pre', task, opened.run), line('ready', `already open: back up ${placeOf(opened)}`)],
      };
    case 'failed':
      return failedReply('pre', task, opened.fault, opened.leftovers);
    case 'opened': {
      const { guests, planned, leftOut } = opened.prepared;
      const { images } = opened;
      const where = `holdstill status ${shellWord(task)}`;
      const snapshots = planned.map(({ origin, note }) =>
        line('snapshot', origin.label, ...(origin.bytes > 0 ? [formatBytes(origin.bytes)] : []), note),
      );
      const unwatched =
        opened.unwatched === undefined ? [] : [line('note', `snapshots will not be extended: ${opened.unwatched}`)];
      const findings = opened.findings.map((finding) => line('note', finding));
      const notes = [...unwatched, ...atMost(MOST.notes - unwatched.length, 'note', findings, 'in the log')];
      const skipped = notSaved(opened.layout, leftOut).map((what) => line('skipped', what));
      return {
        kind: 'opened',
        paths: opened.paths,
        lines: [
          headline('pre', task, opened.run),
          ...clearedLine(opened.cleared),
          ...(guests.length > 0 ? [line('guest', guestsText(guests))] : []),
          ...cutLines(opened),
          ...atMost(guests.length > 0 ? MOST.snapshots - 1 : MOST.snapshots, 'snapshot', snapshots, where),
          ...atMost(MOST.mounts - cutLines(opened).length, images ? 'image' : 'mount', shownLines(opened), where),
          ...atMost(MOST.skipped - notes.length, 'skipped', skipped, where),
          ...notes,
          line('ready', `in ${formatDuration(ms)}${images ? '' : `: back up ${placeOf(opened)}`}`),
        ],
      };
    }
  }
}

/** Where what is saved can be read. */
function shownLines({ images, layout }: Extract<Opened, { kind: 'opened' }>): readonly string[] {
  return (
    images?.map(({ device, label }) => line('image', device, `of ${label}`)) ??
    layout.mounts.map(({ point, type, label }) => line('mount', point, `${type}${ofWhat(label, point)}, read-only`))
  );
}

/** What the snapshots are worth, and how long everything stood still for that, or how far apart they are. */
function cutLines({ cut, apartMs, prepared }: Extract<Opened, { kind: 'opened' }>): readonly string[] {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  const apart =
    apartMs === undefined
      ? []
      : [`not of one instant: ${prepared.planned.length} snapshots within ${seconds(apartMs)}`];
  if (!cut) return apart.map((text) => line('cut', text));
  const { grade, restedMs, by, notes } = cut;
  const rested = restedMs === undefined ? [] : [`at rest ${seconds(restedMs)} ${by}`];
  return [
    line('cut', ...rested, ...apart, `grade ${grade}`),
    ...notes.slice(0, MOST.cut).map((note) => line('note', note)),
  ];
}

function clearedLine(cleared: Extract<Opened, { kind: 'opened' }>['cleared']): readonly string[] {
  if (!cleared) return [];
  const next = cleared.wasOpen ? '; if its job still runs, its post will report BAD' : '';
  return [line('cleared', `what run ${cleared.run} left${next}`)];
}

/** What is mounted, unless its place says it already. */
function ofWhat(label: string, point: string): string {
  const name = label.slice(label.indexOf('/') + 1);
  return point.endsWith(`/${name}`) ? '' : ` of ${label}`;
}

/** What a closing came to. */
export function closedReply(closed: Closed): Reply {
  const { task, run, verdict, leftovers } = closed;
  const open = formatDuration(Date.now() - Date.parse(closed.openedAt));
  const fills = closed.snapshots.flatMap(({ step: { facts }, health: { fill, bytes } }) =>
    fill === undefined ? [] : [{ fill, bytes, atFirst: Number(facts?.['bytes'] ?? 0) }],
  );
  const fullest = fills.toSorted((a, b) => b.fill - a.fill)[0];
  const used = fullest
    ? `, ${fills.length > 1 ? 'at most ' : ''}${Math.round(fullest.fill * 100)} % of ${formatBytes(fullest.bytes)} used${extended(fullest.bytes, fullest.atFirst)}`
    : '';
  const said =
    verdict.kind === 'good'
      ? [line('verdict', `good: ${plural(closed.snapshots.length, 'snapshot')} valid after ${open}${used}`)]
      : verdict.kind === 'unknown'
        ? [line('verdict', `none: ${verdict.reason}`)]
        : verdict.reasons.slice(0, MOST.detail).map((reason) => line('verdict', `BAD: ${reason}`));
  const { unwatched } = closed;
  const alone = unwatched
    ? [line('note', `for ${formatDuration(unwatched.ms)} no process watched the snapshots, so none was extended`)]
    : [];
  const removed = [
    ...(closed.mounts > 0 ? [plural(closed.mounts, 'mount')] : []),
    plural(closed.snapshots.length, 'snapshot'),
  ].join(', ');
  return {
    kind: 'closed',
    verdict,
    leftovers: namesOfLeftovers(leftovers),
    lines: [
      headline('post', task, run),
      ...said,
      ...alone,
      ...(leftovers.length === 0 ? [line('removed', `${removed}; nothing is left`)] : leftoverLines(leftovers)),
    ],
  };
}

/** What recovery came to. No job waits for a verdict any more. */
export function recoveredReply(closed: Closed): Reply {
  const { verdict } = closed;
  const reason = verdict.kind === 'bad' ? verdict.reasons.join('; ') : '';
  return closedReply(verdict.kind === 'bad' ? { ...closed, verdict: { kind: 'unknown', reason } } : closed);
}

/** Somebody else closed what this caller had open, or has it open now: the caller read who knows what. */
export function otherRunReply(task: string, reason: string): Reply {
  const verdict = { kind: 'bad', reasons: [reason] } as const;
  const lines = [headline('post', task, undefined), line('verdict', `BAD: ${reason}; nothing was touched`)];
  return { kind: 'closed', verdict, leftovers: [], lines };
}

/** Something failed; what of ours is still there, if anything. */
export function failedReply(
  verb: string,
  task: string,
  fault: Error,
  leftovers: readonly Leftover[],
  run?: string,
): Reply {
  const detail = isFault(fault) ? fault.detail.slice(0, MOST.detail) : [];
  // Busy, or badly configured and so nothing tried: what another run has open stands, and should.
  const untouched = isFault(fault) && fault.exitStatus !== 1;
  return {
    kind: 'failed',
    fault,
    leftovers: namesOfLeftovers(leftovers),
    lines: [
      headline(verb, task, run),
      line('failed', fault.message),
      ...detail.map(quoted),
      ...(leftovers.length > 0 ? leftoverLines(leftovers) : untouched ? [] : [line('left', 'nothing of holdstill')]),
    ],
  };
}

/** A journal that can't be understood, and so can't be replayed. */
export function brokenReply(fault: Fault): Reply {
  return { kind: 'failed', fault, leftovers: ['what it lists'], lines: [] };
}

/** A task that recovery left alone, since somebody may be reading it. */
export function heldReply(task: string, run: string, recovered: Exclude<Recovered, { kind: 'closed' }>): Reply {
  if (recovered.kind === 'held') {
    return nothing(
      `task ${task} is open as it should be (run ${run}); to close it anyway: holdstill post ${shellWord(task)}`,
    );
  }
  const fault = new Fault('task.busy', `run ${run} of task ${task} is in use by ${namesOf(recovered.users)}`);
  return { kind: 'failed', fault, leftovers: [], lines: [] };
}

/** For a status line, which may be all that is read: why is said once, of what stands in the way. */
function namesOfLeftovers(leftovers: readonly Leftover[]): readonly string[] {
  return leftovers.map(({ what, reason, needed, adopted, byHand }) =>
    needed ? what : `${what} (${adopted ? `${reason}; ${byHand}` : reason})`,
  );
}

function leftoverLines(leftovers: readonly Leftover[]): readonly string[] {
  const lines = leftovers.map(({ what, reason, byHand }) => line('left', `${what}: ${reason}`, `(${byHand})`));
  return [
    ...atMost(MOST.snapshots, 'left', lines, 'holdstill status'),
    line('left', 'to try again: holdstill recover'),
  ];
}

/** What to back up: the one path, or the directory that holds them all. */
function placeOf({ paths: [first, ...others] }: { readonly paths: readonly { readonly path: string }[] }): string {
  const isIn = (path: string, directory: string): boolean => `${path}/`.startsWith(`${directory}/`);
  let place = first?.path ?? '';
  for (const { path } of others) while (!isIn(path, place) && dirname(place) !== place) place = dirname(place);
  return place;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
