import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Journal } from '../../src/core/journal/journal.ts';
import { Fault } from '../../src/core/model/fault.ts';
import type { Grade, Quiesce } from '../../src/core/model/quiesce.ts';
import { gradeOf } from '../../src/core/model/quiesce.ts';
import { journalPath } from '../../src/core/model/names.ts';
import type { NotedStep } from '../../src/core/model/step.ts';
import type { Quiescer } from '../../src/core/ports/quiescer.ts';
import type { Machine } from '../../src/core/ports/machine.ts';
import { open } from '../../src/core/run/open.ts';
import { plan } from '../../src/core/run/plan.ts';
import { restsAmong, thaw } from '../../src/core/run/thaw.ts';
import { createWorld, machineOf, madeUp, taskOf, type World } from './made-up.ts';

let directory: string;
let file: string;
let world: World;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'holdstill-cut-'));
  file = journalPath(directory, 't');
  world = createWorld();
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

/** A way to bring something to rest, of a made-up machine; `trouble`: what goes wrong with it. */
function madeUpMeans(kind: string, grade: Grade, trouble?: 'fails' | 'early' | 'stuck' | 'unfinished'): Quiescer {
  const { things, done } = world;
  return {
    kind: kind as Quiesce['kind'],
    prepare: (_means, _guests, { run }) =>
      Promise.resolve({ rests: [{ step: { kind, run }, guest: undefined, grade, by: `by ${kind}` }], still: [] }),
    rest() {
      // What is noted is on disk before anything rests.
      const noted = Journal.read(file)?.steps.map(({ step }) => step.kind);
      done.push(`rest ${kind} (noted ${noted?.join(' ')})`);
      things.add(kind);
      if (trouble === 'fails') throw new Fault('quiesce.failed', `${kind} does not rest`);
      return Promise.resolve();
    },
    finish() {
      done.push(`finish ${kind}`);
      return trouble === 'unfinished'
        ? Promise.reject(new Fault('quiesce.failed', `${kind} does not finish`))
        : Promise.resolve();
    },
    wasEarly: () => trouble === 'early',
    handler: {
      kind,
      undo(steps: readonly NotedStep[]) {
        done.push(`let go ${kind}`);
        if (trouble === 'stuck')
          return Promise.resolve(steps.map(() => ({ kind: 'left', reason: 'no answer' }) as const));
        things.delete(kind);
        return Promise.resolve(steps.map(() => ({ kind: 'undone' }) as const));
      },
      dependsOn: () => ({ is: undefined, on: [] }),
      describe: () => ({ what: kind, byHand: `thaw ${kind}` }),
    },
  };
}

function machineWith(quiescers: readonly Quiescer[], guard: Machine['guard']['arm'] = armed): Machine {
  const machine = machineOf(world, [madeUp('rbd', world)], directory);
  const undo = new Map([...machine.undo, ...quiescers.map(({ handler }) => [handler.kind, handler] as const)]);
  return { ...machine, quiescers, undo, guard: { arm: guard } };
}

function armed(): Promise<void> {
  world.done.push('armed');
  return Promise.resolve();
}

const meansOf = ({ quiescers }: Machine): readonly Quiesce[] => quiescers.map(({ kind }) => ({ kind }) as Quiesce);

const openWith = (machine: Machine, require: Grade = 'crash', limitMs = 10_000) => {
  const task = { ...taskOf('/rbd/vm'), quiescing: { means: meansOf(machine), limitMs, require } };
  return open(
    {
      task,
      run: '0a1b2c3d',
      contract: 'cli',
      runKey: undefined,
      callers: '',
      keeper: undefined,
      killed: '',
      show: 'files',
    },
    machine,
  );
};

describe('what a task brings to rest', () => {
  test('is planned in its order, with what lets it go, and what the snapshots will be worth', async () => {
    const machine = machineWith([madeUpMeans('db', 'application'), madeUpMeans('agent', 'filesystem')]);
    const task = {
      ...taskOf('/rbd/vm'),
      quiescing: { means: meansOf(machine), limitMs: 5000, require: 'crash' } as const,
    };
    const { commands, notes, problems } = await plan(task, machine);
    expect(commands.slice(0, 2)).toEqual([
      { command: '(brings everything to rest by db)', undo: 'thaw db' },
      { command: '(brings everything to rest by agent)', undo: 'thaw agent' },
    ]);
    const brief = 'what rests is let go in the reverse order as soon as all snapshots are taken, after 5 s at most';
    expect([notes, problems]).toEqual([[brief, 'the snapshots will be of grade application'], []]);
    const weak = { ...task, quiescing: { means: [], limitMs: 5000, require: 'memory' } as const };
    expect((await plan(weak, machine)).problems).toEqual([
      "the snapshots are of grade crash, and the task requires memory; see 'quiesce' and 'require' of the task",
    ]);
    expect(world.done.join()).not.toContain('rest');
  });

  test('rests in the order in which it is named, and is let go in the reverse order before anybody looks', async () => {
    const opened = await openWith(machineWith([madeUpMeans('db', 'application'), madeUpMeans('agent', 'filesystem')]));
    expect(opened).toMatchObject({ kind: 'opened', cut: { grade: 'application', by: 'by db, by agent', notes: [] } });
    expect(world.done).toEqual([
      'rbd plans /rbd/vm',
      'armed',
      'rest db (noted db agent)',
      'rest agent (noted db agent)',
      'take rbd 0a1b2c3d.0',
      'finish agent',
      'finish db',
      'let go agent',
      'let go db',
      'look',
      'mount /dev/rbd 0a1b2c3d.0',
    ]);
    expect(Journal.read(file)).toMatchObject({ grade: 'application' });
    expect(restsAmong(Journal.read(file)?.steps ?? [], machineWith([madeUpMeans('db', 'application')]))).toEqual([]);
  });

  test('is let go where one of several does not rest, and nothing is left', async () => {
    const means = [madeUpMeans('db', 'application'), madeUpMeans('agent', 'filesystem', 'fails')];
    const failed = await openWith(machineWith(means));
    expect(failed).toMatchObject({ kind: 'failed', fault: { message: 'agent does not rest' }, leftovers: [] });
    expect(world.done.slice(-3)).toEqual(['rest agent (noted db agent)', 'let go agent', 'let go db']);
    expect([[...world.things], fs.readdirSync(directory)]).toEqual([[], []]);
  });

  test('fails where what is due at the end can not be done, and nothing is left', async () => {
    const means = [madeUpMeans('db', 'application', 'unfinished'), madeUpMeans('agent', 'filesystem')];
    const failed = await openWith(machineWith(means));
    expect(failed).toMatchObject({ kind: 'failed', fault: { message: 'db does not finish' }, leftovers: [] });
    expect(world.done.slice(-5, -1)).toEqual(['finish agent', 'finish db', 'let go agent', 'let go db']);
    expect([[...world.things], fs.readdirSync(directory)]).toEqual([[], []]);
  });

  test('does not rest without a guard', async () => {
    const machine = machineWith([madeUpMeans('db', 'application')], () => {
      throw new Fault('quiesce.unguarded', 'no guard');
    });
    expect(await openWith(machine)).toMatchObject({
      kind: 'failed',
      fault: { code: 'quiesce.unguarded' },
      leftovers: [],
    });
    expect(world.done.join()).not.toContain('rest db');
  });

  test('counts for less where it was let go before the snapshots were taken', async () => {
    const opened = await openWith(machineWith([madeUpMeans('db', 'application', 'early')]));
    const notes = ['db was let go before all snapshots were taken'];
    expect(opened).toMatchObject({ kind: 'opened', cut: { grade: 'crash', notes } });
  });

  test('counts for less where the snapshots took nearly as long as it may rest', async () => {
    const notes = ['db was let go before all snapshots were taken'];
    const late = await openWith(machineWith([madeUpMeans('db', 'application')]), 'crash', 400);
    expect(late).toMatchObject({ kind: 'opened', cut: { grade: 'crash', notes } });
  });

  test('fails the job where that is less than is required, and nothing is left', async () => {
    const failed = await openWith(machineWith([madeUpMeans('agent', 'filesystem')]), 'application');
    expect(failed).toMatchObject({ kind: 'failed', fault: { code: 'quiesce.grade' }, leftovers: [] });
    expect([[...world.things], fs.readdirSync(directory)]).toEqual([[], []]);
  });

  test('is missed where the task requires more than a power cut leaves, before anything is done', async () => {
    const failed = await openWith(machineWith([]), 'filesystem');
    expect(failed).toMatchObject({ kind: 'failed', fault: { code: 'quiesce.grade' }, leftovers: [] });
    expect(world.done).toEqual(['rbd plans /rbd/vm']);
  });

  test('is told where it can not be let go, and is tried again by whoever comes next, first of all', async () => {
    const failed = await openWith(machineWith([madeUpMeans('db', 'application', 'stuck')]));
    expect(failed).toMatchObject({
      kind: 'failed',
      fault: { message: 'db could not be let go' },
      leftovers: [{ what: 'db', reason: 'no answer', byHand: 'thaw db' }],
    });
    expect([...world.things]).toEqual(['db']);
    const machine = machineWith([madeUpMeans('db', 'application')]);
    expect(await thaw(file, machine)).toBe(true);
    expect([...world.things]).toEqual([]);
    expect(Journal.read(file)?.steps).toEqual([]);
    expect(await thaw(file, machine)).toBe(true);
  });
});

test('a task is worth what the worst of its guests is, and each guest the best of its means', () => {
  const rest = (guest: string | undefined, grade: Grade) => ({ step: { kind: 'x' }, guest, grade, by: '' });
  const guests = [{ name: 'a' }, { name: 'b' }];
  const off = { guest: 'b', grade: 'filesystem', why: 'is off' } as const;
  expect(gradeOf([], { rests: [], still: [] })).toBe('crash');
  expect(gradeOf([], { rests: [rest(undefined, 'application')], still: [] })).toBe('application');
  expect(gradeOf(guests, { rests: [rest('a', 'application')], still: [] })).toBe('crash');
  expect(gradeOf(guests, { rests: [rest('a', 'application'), rest('a', 'crash')], still: [off] })).toBe('filesystem');
  expect(gradeOf(guests, { rests: [rest(undefined, 'memory')], still: [off] })).toBe('memory');
});
