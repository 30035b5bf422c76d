import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Journal } from '../../src/core/journal/journal.ts';
import { replay } from '../../src/core/journal/replay.ts';
import type { Provider } from '../../src/core/ports/provider.ts';
import { journalPath } from '../../src/core/model/names.ts';
import { snapshotStep } from '../../src/core/model/snapshot.ts';
import type { NotedStep } from '../../src/core/model/step.ts';
import { close } from '../../src/core/run/close.ts';
import { open } from '../../src/core/run/open.ts';
import {
  commandsForAll,
  healthOfAll,
  needsOfAll,
  planAll,
  resolveAll,
  snapshotsAmong,
  stampsFor,
  takeAll,
} from '../../src/core/run/storages.ts';
import { createWorld, machineOf, madeUp, originOf, taskOf } from './made-up.ts';

const size = { kind: 'auto' } as const;
const names = { task: 't', run: '0a1b2c3d' };

let directory: string;
let file: string;

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'holdstill-storages-'));
  file = journalPath(directory, names.task);
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const opening = {
  ...names,
  show: 'files',
  task: taskOf('/rbd/vm'),
  contract: 'cli',
  runKey: undefined,
  callers: '',
  keeper: undefined,
  killed: '',
} as const;

describe('a new storage is one object', () => {
  test('by which a task is opened, judged and closed', async () => {
    const world = createWorld();
    const machine = machineOf(world, [madeUp('other', world), madeUp('rbd', world)], directory);
    const opened = await open(opening, machine);
    expect(opened).toMatchObject({ kind: 'opened', paths: [{ source: '/rbd/vm', path: '/run/made-up/t' }] });
    const journal = Journal.load(file);
    expect(journal && (await close(journal, machine))).toMatchObject({ verdict: { kind: 'good' }, leftovers: [] });
    expect(world.done).toEqual([
      'rbd plans /rbd/vm',
      'take rbd 0a1b2c3d.0',
      'mount /dev/rbd 0a1b2c3d.0',
      'judge rbd 0a1b2c3d.0',
      'unmount',
      'undo rbd 0a1b2c3d.0',
    ]);
    expect([[...world.things], fs.readdirSync(directory)]).toEqual([[], []]);
  });

  test('whose snapshot that went away is reported as bad', async () => {
    const world = createWorld();
    const machine = machineOf(world, [madeUp('rbd', world)], directory);
    await open(opening, machine);
    world.things.delete('rbd 0a1b2c3d.0');
    const journal = Journal.load(file);
    const verdict = { kind: 'bad', reasons: ['/rbd/vm: its snapshot is gone'] };
    expect(journal && (await close(journal, machine))).toMatchObject({ verdict, leftovers: [] });
  });
});

describe('a storage whose snapshots need several steps', () => {
  const before = ['rbd-snapshot', 'rbd-clone'];
  const all = [...before, 'rbd'];

  test('has each noted before it is carried out; mounts lie on the last', async () => {
    const world = createWorld();
    const machine = machineOf(world, [madeUp('rbd', world, before)], directory);
    await open(opening, machine);
    const steps = Journal.read(file)?.steps.map(({ step, facts }) => [step.kind, facts?.['uuid'] ?? step['volume']]);
    const last = 'rbd 0a1b2c3d.0';
    expect(steps).toEqual([...all.map((kind) => [kind, `${kind} 0a1b2c3d.0`]), ['mount', last]]);
  });

  test.each(all.flatMap((kind) => [`before ${kind}`, `after ${kind}`]))(
    'killed %s: all is undone backwards',
    async (when) => {
      const world = createWorld();
      const storage = madeUp('rbd', world, before);
      const reached = all.slice(0, all.indexOf(when.split(' ')[1] ?? '') + 1);
      const killed: Provider = {
        ...storage,
        take: async (due) => {
          const kind = due[0]?.noted.step.kind;
          if (when === `before ${kind}`) throw new Error('killed');
          const facts = await storage.take(due);
          if (when === `after ${kind}`) throw new Error('killed');
          return facts;
        },
      };
      const header = { ...names, contract: 'cli', runKey: '', boot: 'b', startedAt: '', timeoutMs: 1 };
      const journal = Journal.create(file, header);
      const planned = await planAll(
        ['/rbd/1', '/rbd/2'].map((label) => originOf('rbd', label)),
        size,
        names,
        [killed],
      );
      await expect(takeAll(planned, [killed], journal)).rejects.toThrow('killed');
      journal.close();

      const left = Journal.load(file);
      world.done.length = 0;
      expect(left && (await replay(left, machineOf(world, [storage], directory)))).toEqual([]);
      left?.close();
      expect(world.done).toEqual(reached.toReversed().map((kind) => `undo ${kind} 0a1b2c3d.1 ${kind} 0a1b2c3d.0`));
      expect([[...world.things], fs.readdirSync(directory)]).toEqual([[], []]);
    },
  );

  test('and could not undo one of them is not let begin', async () => {
    const storage = madeUp('rbd', createWorld(), before);
    const forgetful = { ...storage, handlers: storage.handlers.slice(1) };
    await expect(planAll([originOf('rbd', '/rbd/1')], size, names, [forgetful])).rejects.toThrow(
      `could not undo a step 'rbd-snapshot'`,
    );
  });
});

describe('a task of several storages', () => {
  test('asks each once, of its own, and keeps the order of the parts', async () => {
    const world = createWorld();
    const [a, sick, b] = ['a', 'sick', 'b'].map((kind): Provider => {
      const stamp: Provider['stamp'] = (steps) => steps.map(({ step }) => ({ written: `${step['label']}` }));
      return {
        ...madeUp(kind, world),
        ...(kind === 'b' ? {} : { stamp }),
        needs: () => ({ programs: ['cp', kind], modules: [] }),
        commands: (planned) =>
          planned.map(({ origin: { label } }) => ({ command: `take ${label}`, undo: `rm ${label}` })),
      };
    }) as [Provider, Provider, Provider];
    const providers = [a, { ...sick, health: () => Promise.reject(new Error('no answer')) }, b];
    const paths = ['/b/1', '/a/1', '/b/2', '/sick/1', '/a/2'];
    const sources = paths.map((one) => ({ kind: 'path', path: one }) as const);

    const { origins, unclaimed } = await resolveAll(sources, providers);
    expect([origins.map(({ label }) => label), unclaimed]).toEqual([paths, undefined]);
    const strange = { kind: 'path', path: '/c' } as const;
    expect((await resolveAll([...sources, strange], providers)).unclaimed).toEqual(strange);

    const planned = await planAll(origins, size, names, providers);
    expect(planned.map(({ origin }) => origin.label)).toEqual(paths);

    const noted: NotedStep[] = [];
    const facts = await takeAll(planned, providers, {
      note: (steps) => steps.map((step) => ({ number: noted.length, step, facts: undefined })),
      learn: (steps) => void noted.push(...steps),
    });
    const snapshots = ['b 0a1b2c3d.0', 'a 0a1b2c3d.0', 'b 0a1b2c3d.1', 'sick 0a1b2c3d.0', 'a 0a1b2c3d.1'];
    expect(facts.map(({ uuid }) => uuid)).toEqual(snapshots);

    const others = [{ kind: 'mount', point: '/m' }, ...planned.map(snapshotStep)];
    const steps = others.map((step, index): NotedStep => ({ number: index + 1, step, facts: undefined }));
    const { log } = machineOf(world, providers, directory);
    const health = await healthOfAll(snapshotsAmong(steps, providers), providers, log);
    const reason = '/sick/1: its snapshot could not be checked: no answer';
    expect(health.map((one) => one.reason)).toEqual([undefined, undefined, undefined, reason, undefined]);
    expect(health[3]?.kind).toBe('unknown');

    const stamps = stampsFor(steps, true, providers);
    expect(stamps.steps.map(({ number }, index) => [number, stamps.facts[index]?.['written']])).toEqual([
      [3, '/a/1'],
      [6, '/a/2'],
      [5, '/sick/1'],
    ]);
    expect(needsOfAll(planned, providers).programs).toEqual(['cp', 'b', 'a', 'sick']);
    expect(commandsForAll(planned, providers).map(({ undo }) => undo)).toEqual(
      ['/b/1', '/b/2', '/a/1', '/a/2', '/sick/1'].map((label) => `rm ${label}`),
    );
    expect(world.done).toEqual([
      'b plans /b/1 /b/2',
      'a plans /a/1 /a/2',
      'sick plans /sick/1',
      'take b 0a1b2c3d.0 b 0a1b2c3d.1',
      'take a 0a1b2c3d.0 a 0a1b2c3d.1',
      'take sick 0a1b2c3d.0',
      'judge b 0a1b2c3d.0 b 0a1b2c3d.1',
      'judge a 0a1b2c3d.0 a 0a1b2c3d.1',
    ]);
  });

  test('has noted what one took though the next one fails', async () => {
    const world = createWorld();
    const fails: Provider = { ...madeUp('b', world), take: () => Promise.reject(new Error('full')) };
    const providers = [madeUp('a', world), fails];
    const journal = Journal.create(file, { ...names, contract: '', runKey: '', boot: '', startedAt: '', timeoutMs: 1 });
    const planned = await planAll([originOf('a', '/a/1'), originOf('b', '/b/1')], size, names, providers);
    await expect(takeAll(planned, providers, journal)).rejects.toThrow('full');
    expect(journal.steps.map(({ step, facts }) => [step.kind, facts !== undefined])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    journal.close();
  });

  test('does not believe one that does not answer for all of its own', async () => {
    const lazy: Provider = { ...madeUp('a', createWorld()), plan: () => Promise.resolve([]) };
    await expect(planAll([originOf('a', '/a/1')], size, names, [lazy])).rejects.toThrow('has answered 0 of 1');
  });
});
