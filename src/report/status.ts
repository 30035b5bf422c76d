import { formatBytes } from '../core/text/bytes.ts';
import { escapeText } from '../core/text/escape.ts';
import type { SnapshotStatus, TaskStatus } from '../core/run/taskstatus.ts';
import { namesOf } from '../core/text/users.ts';
import { localTime } from '../core/text/when.ts';
import { extended, formatDuration } from './lines.ts';
import { drawBar, drawTree, paint, type Branch } from './tree.ts';
import { wrap } from './wrap.ts';

/** What the states mean; also the table in docs/commands.md. */
export const STATE_MEANINGS = [
  ['idle', 'configured, not open'],
  ['opening', 'a hook is opening it; or it died while doing so: then `holdstill recover` undoes it'],
  ['held', 'open; the backup may be reading it'],
  ['abandoned', 'open, but the `holdstill run` that was to close it is gone: `holdstill recover` undoes it'],
  ['closing', 'a hook is closing it, or could not remove everything: `holdstill recover` tries again'],
  ['rebooted', 'open when the machine went down: `holdstill recover` undoes it'],
] as const satisfies readonly (readonly [TaskStatus['state'], string])[];

/** A tree per task: origin, snapshot with its fill level, mounts. */
export function statusText(
  tasks: readonly TaskStatus[],
  strays: readonly { readonly what: string; readonly users: readonly string[]; readonly byHand: string }[],
  broken: readonly string[],
  width: number,
): string {
  const longest = Math.max(0, ...tasks.map(({ task }) => escapeText(task).length));
  const lines = tasks.flatMap((task) => drawTree(branchOf(task, longest), width));
  const stray = strays.map(({ what, users, byHand }) => {
    const when =
      users.length > 0 ? `it is in use by ${namesOf(users)}` : 'if no backup is running and you need nothing in it';
    return paint.warn(`${what} has the mark of holdstill, but no journal lists it; ${when}: ${byHand}`);
  });
  const all = [...lines, ...[...broken.map(paint.bad), ...stray].flatMap((line) => wrap(line, width))];
  return all.length === 0 ? 'no task is configured, nothing is open\n' : all.map((line) => `${line}\n`).join('');
}

function branchOf(status: TaskStatus, width: number): Branch {
  const name = paint.strong(status.task) + ' '.repeat(width - escapeText(status.task).length);
  if (status.state === 'idle') return { text: `${name}  ${paint.faint('idle')}`, below: [] };
  const state = status.state === 'held' ? paint.good('held') : paint.warn(status.state);
  const age = status.since === undefined ? '' : formatDuration(Date.now() - Date.parse(status.since));
  const facts = escapeText(`since ${localTime(status.since ?? '')} (${age})  run ${status.run}  by ${status.contract}`);
  const others = (status.state === 'held' ? counted(status.others) : status.others.map(({ what }) => what)).map(
    (text) => ({ text: paint.faint(text), below: [] }),
  );
  const notSaved = status.notSaved.map((what) => ({ text: paint.warn(`not saved: ${what}`), below: [] }));
  const unwatched = status.unwatched?.still
    ? [
        `no process has watched it for ${formatDuration(status.unwatched.ms)}, so it is not extended; type: holdstill recover`,
      ]
    : [];
  const alone = unwatched.map((text) => ({ text: paint.warn(text), below: [] }));
  const users =
    status.users.length === 0 ? [] : [{ text: paint.faint(`in use by ${namesOf(status.users)}`), below: [] }];
  const grade = status.grade === undefined ? [] : [{ text: paint.faint(`grade ${status.grade}`), below: [] }];
  return {
    text: `${name}  ${state}  ${facts}`,
    below: [
      ...(status.resting ?? []).map(restingBranch),
      ...grade,
      ...status.snapshots.map(snapshotBranch),
      ...notSaved,
      ...alone,
      ...users,
      ...others,
    ],
  };
}

function restingBranch({ what, until, byHand }: NonNullable<TaskStatus['resting']>[number]): Branch {
  const seconds = Math.ceil((Date.parse(until) - Date.now()) / 1000);
  const when = seconds > 0 ? `it is let go in ${seconds} s at most` : `it should run again by now: ${byHand}`;
  return { text: paint.bad(`FROZEN: ${what}; ${when}`), below: [] };
}

/** `4 × loop, 9 × directory`: while all is well nobody needs their names. */
function counted(others: TaskStatus['others']): readonly string[] {
  const kinds = [...new Set(others.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => `${others.filter((one) => one.kind === kind).length} × ${kind}`);
  return counts.length === 0 ? [] : [`also: ${counts.join(', ')}`];
}

function snapshotBranch({ origin, snapshot, health, adopted, bytesAtFirst, mounts }: SnapshotStatus): Branch {
  const fill = health.fill === undefined ? '' : `  ${drawBar(health.fill)} ${Math.round(health.fill * 100)} %`;
  const size = health.bytes > 0 ? ` of ${formatBytes(health.bytes)}${extended(health.bytes, bytesAtFirst)}` : '';
  const state = health.kind === 'good' ? '' : `  ${paint.bad(health.reason ?? health.kind)}`;
  return {
    text: paint.strong(origin),
    below: [
      {
        text: `${escapeText(snapshot)}${fill}${size}${state}`,
        below: [
          ...(adopted === undefined ? [] : [{ text: paint.bad(adopted), below: [] }]),
          ...mounts.map((mount) => ({
            text:
              escapeText(`${mount.point}  ${mount.type}  `) +
              (mount.state === 'read-only' ? mount.state : paint.bad(mount.state)) +
              (mount.home === undefined ? '' : escapeText(`  in the mount namespace of ${mount.home}`)),
            below: [],
          })),
        ],
      },
    ],
  };
}
