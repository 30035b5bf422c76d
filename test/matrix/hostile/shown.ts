import * as fc from 'fast-check';
import type { Plan } from '../../../src/core/run/plan.ts';
import type { TaskStatus } from '../../../src/core/run/taskstatus.ts';
import type { PlannedMount } from '../../../src/core/model/volume.ts';
import { mountCommands } from '../../../src/mounts/commands.ts';
import { planText } from '../../../src/report/plan.ts';
import { statusText } from '../../../src/report/status.ts';
import { must, property, type Property } from './property.ts';
import { text } from './texts.ts';

const maybe = fc.option(text, { nil: undefined });
const few = fc.array(text, { maxLength: 3 });

const mount: fc.Arbitrary<PlannedMount> = fc.record({
  label: text,
  origin: fc.nat(1),
  volume: fc.nat(1),
  type: fc.constantFrom('ext4', 'ntfs', 'btrfs'),
  trust: fc.constantFrom('host', 'guest'),
  extent: fc.option(fc.constant({ device: '/dev/a/b', offset: 512, bytes: 512 }), { nil: undefined }),
  within: few,
  map: maybe,
  snapshotDevice: text,
  subdirectory: maybe,
  point: text.map((value) => `/${value}`),
});

const status: fc.Arbitrary<TaskStatus> = fc.record({
  task: text,
  state: fc.constantFrom('idle', 'opening', 'held', 'abandoned', 'closing', 'rebooted'),
  verdict: fc.constant(undefined),
  run: maybe,
  contract: maybe,
  since: maybe,
  snapshots: fc.array(
    fc.record({
      origin: text,
      snapshot: text,
      health: fc.record({
        kind: fc.constantFrom('good', 'bad', 'unknown'),
        reason: maybe,
        fill: fc.option(fc.double(), { nil: undefined }),
        bytes: fc.double(),
      }),
      adopted: maybe,
      bytesAtFirst: fc.double(),
      mounts: fc.array(fc.record({ point: text, type: text, state: text }), { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
  notSaved: few,
  users: few,
  others: fc.array(fc.record({ kind: text, what: text }), { maxLength: 2 }),
});

const plan: fc.Arbitrary<Plan> = fc
  .record({
    task: text,
    place: text,
    labels: few,
    notes: few,
    mounts: fc.array(mount, { maxLength: 3 }),
    problems: few,
  })
  .map(({ task, place, labels, notes, mounts, problems }) => ({
    task,
    prepared: {
      mount: place,
      rests: { rests: [], still: [] },
      guests: labels.map((name) => ({ name, uuid: name, hypervisor: 'libvirt', state: 'running', disks: [] })),
      leftOut: labels.map((label) => ({ label, reason: label, harmless: false })),
      planned: labels.map((label, index) => ({
        origin: {
          provider: 'lvm',
          label,
          directory: [label],
          bytes: 1,
          shape: 'device' as const,
          device: label,
          subdirectory: undefined,
          asked: label,
          ref: {},
        },
        steps: [{ kind: 'lvm', name: label }],
        bytes: 1,
        shape: 'device' as const,
        device: label,
        note: notes[index] ?? '',
        growth: { possible: index === 0, note: label },
      })),
    },
    volumes: [],
    layout: {
      mounts,
      bases: [],
      missing: [],
      skipped: labels.map((label) => ({ label, origin: 0, type: label, reason: label, harmless: false })),
    },
    commands: notes.map((note) => ({ command: note, undo: note })),
    notes: problems,
    problems,
  }));

function checkText(said: string, lines: number): void {
  // Colours are not tried: there are none where no terminal is.
  must(!/[\0-\u0009\u000b-\u001f\u007f-\u009f\p{Surrogate}\u2028\u2029\u202e]/u.test(said), JSON.stringify(said));
  must(said.split('\n').length - 1 === lines, `not ${lines} lines: ${JSON.stringify(said)}`);
}

/** The words of a command line as a shell would take them, where nothing but quotes and backslashes means anything. */
function wordsOf(line: string): readonly string[] {
  return (line.match(/(?:[^\s'\\]+|'[^']*'|\\.)+/gs) ?? []).map((word) =>
    word.replaceAll(
      /'([^']*)'|\\(.)|([^'\\]+)/gs,
      (_, quoted?: string, escaped?: string, plain?: string) => quoted ?? escaped ?? plain ?? '',
    ),
  );
}

export const shown: readonly Property[] = [
  property('what status shows', 300, fc.tuple(fc.array(status, { maxLength: 3 }), few), ([tasks, broken]) => {
    const branches = tasks.map(({ state, snapshots, notSaved, users, others }) => {
      if (state === 'idle') return 1;
      const below = snapshots.reduce(
        (sum, { adopted, mounts }) => sum + 2 + mounts.length + (adopted === undefined ? 0 : 1),
        0,
      );
      return (
        1 +
        below +
        notSaved.length +
        Math.min(1, users.length) +
        (state === 'held' ? Math.min(1, others.length) : others.length)
      );
    });
    const lines = branches.reduce((sum, count) => sum + count, 0) + broken.length;
    checkText(statusText(tasks, [], broken, Infinity), Math.max(1, lines));
  }),
  property('what plan shows', 300, plan, (one) => {
    const { prepared, layout, commands, problems } = one;
    const count = prepared.planned.length;
    const below = layout.mounts.filter(({ origin }) => origin < count).length + (count > 0 ? layout.skipped.length : 0);
    const growths = new Set(prepared.planned.map(({ growth }) => growth.note));
    const growth = count > 1 && growths.size === 1 ? 1 : count;
    const undone = commands.filter(({ undo }) => undo !== '').length;
    const lines =
      1 +
      2 * count +
      growth +
      below +
      prepared.leftOut.length +
      prepared.guests.length +
      1 +
      1 +
      commands.length +
      undone +
      1 +
      2 * problems.length +
      1;
    checkText(planText(one, Infinity), lines);
  }),
  property('a command of a mount, pasted into a shell', 300, mount, (one) => {
    const { mount: forward, unmount } = mountCommands(one);
    for (const line of forward.slice(one.extent ? 1 : 0)) must(wordsOf(line).at(-1) === one.point, line);
    // A remount goes with its mount.
    const undone = unmount.filter((line) => line !== '');
    for (const line of undone.slice(0, one.extent ? -1 : undefined)) must(wordsOf(line).at(-1) === one.point, line);
  }),
];
