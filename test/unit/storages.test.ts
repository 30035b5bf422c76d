import { expect, test } from 'vitest';
import type { Log } from '../../src/core/ports/machine.ts';
import type { Provider } from '../../src/core/ports/provider.ts';
import type { Origin, PlannedSnapshot } from '../../src/core/model/snapshot.ts';
import type { NotedStep } from '../../src/core/model/step.ts';
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

const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const size = { kind: 'auto' } as const;

/** A storage that takes paths below its own directory, and tells what it is asked. */
function storageOf(kind: string, asked: string[]): Provider {
  const told = (what: string, labels: readonly (string | undefined)[]): void => {
    asked.push(`${kind} ${what} ${labels.join(' ')}`);
  };
  return {
    kind,
    find: () => Promise.resolve({ claims: false, why: `not in /${kind}` }),
    resolve: (source) => {
      if (source.kind !== 'path' || !source.path.startsWith(`/${kind}/`)) return Promise.resolve(undefined);
      return Promise.resolve({ origins: [originOf(kind, source.path)], leftOut: [] });
    },
    plan: (origins, _size, { run }) => {
      told(
        'plans',
        origins.map(({ label }) => label),
      );
      return Promise.resolve(origins.map((origin, index) => plannedOf(origin, `${run}.${index}`)));
    },
    take: (planned) => {
      told(
        'takes',
        planned.map(({ step }) => step['name']),
      );
      return Promise.resolve(planned.map(({ step }) => ({ uuid: `uuid of ${kind} ${step['name']}` })));
    },
    health: (steps) => {
      told(
        'looks at',
        steps.map(({ step }) => step['name']),
      );
      return kind === 'sick'
        ? Promise.reject(new Error('no answer'))
        : Promise.resolve(steps.map(({ step }) => ({ kind: 'good', reason: step['label'], fill: 0, bytes: 1 })));
    },
    ...(kind === 'b' ? {} : { stamp: (steps) => steps.map(({ step }) => ({ written: `${step['label']}` })) }),
    remove: (steps) => Promise.resolve(steps.map(() => ({ kind: 'undone' }))),
    marked: () => Promise.resolve([]),
    needs: () => ({ programs: ['cp', kind], modules: [] }),
    rests: () => ({ is: undefined, on: [] }),
    describe: () => ({ what: kind, byHand: kind }),
    commands: (planned) => ({
      take: planned.map(({ origin }) => `take ${origin.label}`),
      remove: planned.map(({ origin }) => `remove ${origin.label}`),
    }),
  };
}

function originOf(provider: string, label: string): Origin {
  const more = { directory: [], bytes: 0, shape: 'directory', subdirectory: undefined, asked: undefined } as const;
  return { provider, label, device: label, ref: {}, ...more };
}

function plannedOf(origin: Origin, name: string): PlannedSnapshot {
  const growth = { possible: false, note: '' };
  const step = { kind: origin.provider, label: origin.label, name };
  return { origin, step, bytes: 0, device: `/${name}`, note: '', growth };
}

function nothing(): void {
  // Nobody reads it.
}

test('a task of several storages: each provider is asked once, of its own, and the order of the parts is kept', async () => {
  const asked: string[] = [];
  const providers = ['a', 'sick', 'b'].map((kind) => storageOf(kind, asked));
  const paths = ['/b/1', '/a/1', '/b/2', '/sick/1', '/a/2'];
  const sources = paths.map((path) => ({ kind: 'path', path }) as const);

  const { origins, unclaimed } = await resolveAll(sources, providers);
  expect([origins.map(({ label }) => label), unclaimed]).toEqual([paths, undefined]);
  expect((await resolveAll([...sources, { kind: 'path', path: '/c' }], providers)).unclaimed).toMatchObject({
    path: '/c',
  });

  const planned = await planAll(origins, size, { task: 't', run: 'run' }, providers);
  expect(planned.map(({ origin, step }) => `${origin.label} ${step['name']}`)).toEqual([
    '/b/1 run.0',
    '/a/1 run.0',
    '/b/2 run.1',
    '/sick/1 run.0',
    '/a/2 run.1',
  ]);

  const told: string[] = [];
  const parts = planned.map((one) => ({ planned: one }));
  const facts = await takeAll(parts, providers, (taken, learned) => {
    told.push(taken.map((one, index) => `${one.planned.origin.label}: ${learned[index]?.['uuid']}`).join(', '));
  });
  expect(facts.map(({ uuid }) => uuid)).toEqual([
    'uuid of b run.0',
    'uuid of a run.0',
    'uuid of b run.1',
    'uuid of sick run.0',
    'uuid of a run.1',
  ]);
  expect(told[0]).toBe('/b/1: uuid of b run.0, /b/2: uuid of b run.1');

  const others = [{ kind: 'mount', point: '/m' }, ...planned.map(({ step }) => step)];
  const steps = others.map((step, index): NotedStep => ({ number: index + 1, step, facts: undefined }));
  const snapshots = snapshotsAmong(steps, providers);
  const health = await healthOfAll(snapshots, providers, silent);
  expect(health.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
    'good /b/1',
    'good /a/1',
    'good /b/2',
    'unknown /sick/1: its snapshot could not be checked: no answer',
    'good /a/2',
  ]);

  const stamps = stampsFor(steps, true, providers);
  expect(stamps.steps.map(({ number }, index) => [number, stamps.facts[index]?.['written']])).toEqual([
    [3, '/a/1'],
    [6, '/a/2'],
    [5, '/sick/1'],
  ]);

  expect(needsOfAll(planned, providers).programs).toEqual(['cp', 'b', 'a', 'sick']);
  expect(commandsForAll(planned, providers).map(({ command, undo }) => `${command}, ${undo}`)).toEqual([
    'take /b/1, remove /b/1',
    'take /b/2, remove /b/2',
    'take /a/1, remove /a/1',
    'take /a/2, remove /a/2',
    'take /sick/1, remove /sick/1',
  ]);
  expect(asked).toEqual(
    ['plans /b/1 /b/2', 'plans /a/1 /a/2', 'plans /sick/1']
      .map((what, index) => `${['b', 'a', 'sick'][index]} ${what}`)
      .concat(
        ['takes', 'looks at'].flatMap((what) => [
          `b ${what} run.0 run.1`,
          `a ${what} run.0 run.1`,
          `sick ${what} run.0`,
        ]),
      ),
  );
});

test('what one storage took is noted though the next one fails', async () => {
  const fails: Provider = { ...storageOf('b', []), take: () => Promise.reject(new Error('full')) };
  const parts = [originOf('a', '/a/1'), originOf('b', '/b/1')].map((one) => ({ planned: plannedOf(one, 'n') }));
  const noted: string[] = [];
  const taken = takeAll(parts, [storageOf('a', []), fails], (own) =>
    noted.push(...own.map((one) => one.planned.origin.label)),
  );
  await expect(taken).rejects.toThrow('full');
  expect(noted).toEqual(['/a/1']);
});

test('a provider that does not answer for all of its own is not believed', async () => {
  const lazy: Provider = { ...storageOf('a', []), plan: () => Promise.resolve([]) };
  await expect(planAll([originOf('a', '/a/1')], size, { task: 't', run: 'r' }, [lazy])).rejects.toThrow(
    'the provider a has answered 0 of 1',
  );
});
