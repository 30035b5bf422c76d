import type { Machine } from '../../src/core/ports/machine.ts';
import type { Growing, Provider } from '../../src/core/ports/provider.ts';
import type { Fill, Origin } from '../../src/core/model/snapshot.ts';
import type { NotedStep, UndoHandler } from '../../src/core/model/step.ts';
import { UNTOUCHED } from '../../src/core/model/quiesce.ts';
import type { Task } from '../../src/core/model/task.ts';

/** A machine that is not there: what exists on it, by kind and name, and what was done to it, in order. */
export interface World {
  readonly things: Set<string>;
  readonly done: string[];
}

export function createWorld(): World {
  return { things: new Set(), done: [] };
}

/**
 * A storage for the paths below `/<kind>/`. Its snapshots need steps of these kinds, each on the one before, and then one
 * of its own kind: all that there is to a storage is in this object.
 */
export function madeUp(kind: string, { things, done }: World, before: readonly string[] = []): Provider {
  const kinds = [...before, kind];
  return {
    kind,

    resolve(source) {
      if (source.kind !== 'path' || !source.path.startsWith(`/${kind}/`)) return Promise.resolve(undefined);
      return Promise.resolve({ origins: [originOf(kind, source.path)], leftOut: [] });
    },

    plan(origins, _size, { run }) {
      done.push(`${kind} plans ${origins.map(({ label }) => label).join(' ')}`);
      return Promise.resolve(
        origins.map((origin, index) => {
          const name = `${run}.${index}`;
          const steps = kinds.map((one, place) => ({
            kind: one,
            label: origin.label,
            name,
            on: kinds[place - 1] ?? '',
          }));
          return { origin, steps, bytes: 0, device: `/${name}`, note: '', growth: { possible: false, note: '' } };
        }),
      );
    },

    async take(due, held) {
      const steps = due.map(({ noted }) => noted);
      done.push(`take ${steps.map(nameOf).join(' ')}`);
      for (const step of steps) things.add(nameOf(step));
      if (held) {
        await held();
        done.push('look');
      }
      return steps.map((step) => ({ uuid: nameOf(step), device: `/dev/${nameOf(step)}` }));
    },

    health(steps) {
      done.push(`judge ${steps.map(nameOf).join(' ')}`);
      return Promise.resolve(
        steps.map((step) => {
          const reason = things.has(nameOf(step)) ? undefined : `${step.step['label']}: its snapshot is gone`;
          return { kind: reason === undefined ? 'good' : 'bad', reason, fill: undefined, bytes: 0 };
        }),
      );
    },

    handlers: kinds.map((one): UndoHandler => ({
      kind: one,
      undo(steps) {
        done.push(`undo ${steps.map(nameOf).join(' ')}`);
        for (const step of steps) things.delete(nameOf(step));
        return Promise.resolve(steps.map(() => ({ kind: 'undone' })));
      },
      dependsOn: (step) => ({
        is: nameOf(step),
        on: step.step['on'] ? [`${step.step['on']} ${step.step['name']}`] : [],
      }),
      describe: (step) => ({ what: nameOf(step), byHand: `remove ${nameOf(step)}` }),
    })),

    marked: () => Promise.resolve([]),
  };
}

export function originOf(provider: string, label: string): Origin {
  const more = { directory: [], bytes: 0, shape: 'directory', subdirectory: undefined, asked: undefined } as const;
  return { provider, label, device: label, ref: {}, ...more };
}

/** The machine of such a world: a file system in each snapshot, and nothing between it and its mount. */
export function machineOf(world: World, providers: readonly Provider[], stateDirectory: string): Machine {
  const { things, done } = world;
  const mounts: UndoHandler = {
    kind: 'mount',
    undo(steps) {
      done.push('unmount');
      for (const { step } of steps) things.delete(`mount ${step['point']}`);
      return Promise.resolve(steps.map(() => ({ kind: 'undone' })));
    },
    dependsOn: ({ step }) => ({ is: undefined, on: [step['volume'] ?? ''] }),
    describe: ({ step }) => ({ what: `mount ${step['point']}`, byHand: `umount ${step['point']}` }),
  };
  const machine: { [K in keyof Machine]?: Partial<Machine[K]> } = {
    providers,
    inventories: [],
    quiescers: [],
    stateDirectory,
    runDirectory: '/run/made-up',
    bootId: 'boot',
    notes: [],
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    checkInterrupted: nothing,
    unfinished: () => [],
    unwatched: () => undefined,
    adoptedOn: () => Promise.resolve({ seen: new Map(), unsure: new Map() }),
    undo: new Map([...providers.flatMap(({ handlers }) => handlers), mounts].map((one) => [one.kind, one])),
    mountPoints: {
      check: () => Promise.resolve(),
      steps: () => [],
      make: () => Promise.resolve([]),
      exposed: () => Promise.resolve(undefined),
    },
    lacks: () => [],
    foresight: { lacking: () => [], foresee: () => Promise.resolve([]) },
    maps: { commands: () => [] },
    markers: { steps: () => [], make: () => Promise.resolve([]) },
    loops: { make: () => Promise.resolve([]) },
    inspector: {
      inspect: (places) => {
        const content = { type: 'directory', uuid: undefined, doubt: undefined };
        const volumes = places.map(({ device }) => {
          return { device, looped: false, bytes: 0, table: undefined, content, partitions: [] };
        });
        return Promise.resolve({ volumes, groups: [], members: [], containers: [] });
      },
      refusal: () => undefined,
      mistakableIn: () => Promise.resolve([]),
    },
    mounts: {
      step: ({ point }, device, volume) => Promise.resolve({ kind: 'mount', point, device, volume }),
      check: () => Promise.resolve([]),
      make: (steps) => {
        for (const { step } of steps) {
          done.push(`mount ${step['device']}`);
          things.add(`mount ${step['point']}`);
        }
        return Promise.resolve(steps.map(() => ({ facts: { id: '1' }, notes: [] })));
      },
      commands: () => ({ mount: [], unmount: [] }),
      areQuiet: () => true,
      disturbed: (steps) => Promise.resolve(steps.map(() => ({ disturbed: undefined, home: undefined }))),
    },
  };
  return machine as Machine;
}

export function taskOf(path: string): Task {
  return {
    name: 't',
    source: { kind: 'path', path },
    mount: undefined,
    size: { kind: 'auto' },
    choice: { partitions: [], exclude: [] },
    skip: 'error',
    trust: 'host',
    keys: [],
    check: false,
    autoextend: true,
    quiescing: UNTOUCHED,
    timeoutMs: 1000,
  };
}

function nameOf({ step }: NotedStep): string {
  return `${step.kind} ${step['name']}`;
}

function nothing(): void {
  // Nobody reads it.
}

/** That the snapshots of such a storage can run full, and be extended: how full they are, by their names. */
export function growing(kind: string) {
  const world = {
    fills: new Map<string, Fill>(),
    extended: [] as string[],
    /** What is left to extend them by, and what keeps it from looking at them. */
    room: Number.POSITIVE_INFINITY,
    broken: undefined as Error | undefined,
    storage: {
      kind,
      fills(steps) {
        if (world.broken) return Promise.reject(world.broken);
        return Promise.resolve(steps.map(({ step }) => world.fills.get(step['name'] ?? '')));
      },
      extend({ step: { name = '' } }, above, by) {
        world.extended.push(`${name}, above ${above} %, by ${by} %`);
        if (world.room === 0) return Promise.reject(new Error('no room'));
        const { used, total } = world.fills.get(name) ?? { used: 0, total: 0 };
        world.fills.set(name, { used, total: total * (1 + by / 100) });
        return Promise.resolve(true);
      },
    } as Growing,
  };
  return world;
}
