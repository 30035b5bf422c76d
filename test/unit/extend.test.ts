import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fill } from '../../src/core/model/snapshot.ts';
import type { Growing } from '../../src/core/ports/provider.ts';
import { createExtender, type Watched } from '../../src/core/run/extend.ts';
import { createGrowing } from '../../src/providers/growing.ts';
import { createProviders } from '../../src/providers/providers.ts';
import { growing } from './made-up.ts';

const warnings: (readonly [object, string])[] = [];
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: (...one: [object, string]) => warnings.push(one), error: quiet };
const opened = Date.parse('2026-01-01T00:00:00Z');

beforeEach(() => {
  warnings.length = 0;
  vi.useFakeTimers({ now: opened, toFake: ['Date', 'performance'] });
  return () => vi.useRealTimers();
});

/** An open run with a snapshot of each of these kinds. */
function run(name: string, ...kinds: readonly string[]): Watched {
  const steps = kinds.map((kind, index) => ({
    number: index + 1,
    step: { kind, label: `/${kind}/vm`, name: `${name}.${index}` },
    facts: { uuid: `${name}.${index}` },
  }));
  return { task: `task of ${name}`, run: name, since: opened, steps };
}

/** What each look comes to, with so many seconds before it and this fill: the pause after it. */
async function looks(storage: Growing, fills: Map<string, Fill>, seen: readonly (readonly [number, number])[]) {
  const look = createExtender([storage], log);
  const pauses: number[] = [];
  for (const [seconds, used] of seen) {
    vi.advanceTimersByTime(seconds * 1000);
    fills.set('a.0', { used, total: fills.get('a.0')?.total ?? 100 });
    pauses.push(Math.round(await look([run('a', storage.kind)])));
  }
  return pauses;
}

describe('what is extended, of whatever storage', () => {
  test('is what is nearly full, or would be by another jump like the largest', async () => {
    const { storage, fills, extended } = growing('rbd');
    // The largest jump is one of 25.
    await looks(storage, fills, [
      [2, 10],
      [2, 20],
      [2, 45],
      [2, 60],
      [2, 69],
    ]);
    expect(extended.splice(0)).toEqual([]);
    await looks(storage, fills, [
      [2, 20],
      [2, 45],
      [2, 70],
    ]);
    expect(extended.splice(0)).toEqual(['a.0, above 69 %, by 50 %']);
    // The room is 150 now.
    await looks(storage, fills, [
      [2, 80],
      [2, 89],
    ]);
    expect(extended.splice(0)).toEqual(['a.0, above 53 %, by 50 %']);
    // Of what was opened long ago the first look is no jump.
    await looks(storage, fills, [
      [70, 150],
      [2, 151],
    ]);
    expect(extended).toEqual([]);
  });

  test('and the faster it fills, the sooner is the next look', async () => {
    const world = growing('rbd');
    // Since it was taken, then since the look before: a quarter of the time until it is full.
    expect(
      await looks(world.storage, world.fills, [
        [2, 30],
        [1, 31],
        [1, 31],
        [1, 51],
      ]),
    ).toEqual([1167, 2000, 2000, 613]);
    // Of what was opened long ago it can't be told.
    expect(await looks(world.storage, world.fills, [[70, 30]])).toEqual([2000]);
  });

  test('of what is not extended the log says why, and there is a rest before the next try', async () => {
    const world = growing('rbd');
    world.room = 0;
    await looks(world.storage, world.fills, [
      [2, 90],
      [2, 91],
      [20, 92],
      [10, 93],
    ]);
    expect(world.extended).toEqual(['a.0, above 70 %, by 50 %', 'a.0, above 70 %, by 50 %']);
    const about = { task: 'task of a', snapshot: '/rbd/vm', total: 100 };
    expect(warnings).toEqual(
      [90, 93].map((used) => [{ ...about, used, err: new Error('no room') }, 'a snapshot could not be extended']),
    );
  });

  test('one storage that fails does not keep others from it, and each sees its own', async () => {
    const [rbd, lvm] = [growing('rbd'), growing('lvm')];
    rbd.broken = new Error('no answer');
    lvm.fills.set('a.1', { used: 80, total: 100 }).set('b.0', { used: 5, total: 100 });
    const look = createExtender([rbd.storage, lvm.storage], log);
    await expect(look([run('a', 'rbd', 'lvm', 'tape'), run('b', 'lvm')])).rejects.toThrow('no answer');
    expect([rbd.extended, lvm.extended]).toEqual([[], ['a.1, above 70 %, by 50 %']]);
  });
});

test('what can grow is a part of a provider that there is', () => {
  const none = () => Promise.reject(new Error('not to be called'));
  const exec = { run: none, ask: none, patienceMs: () => 0 };
  const users = { uuidAt: () => undefined, isActive: () => false, open: none, of: none, hidden: none };
  const kinds = createProviders(
    exec,
    users,
    () => undefined,
    () => undefined,
  ).map(({ kind }) => kind);
  const growths = createGrowing(exec).map(({ kind }) => kind);
  expect(growths).not.toEqual([]);
  expect(kinds).toEqual(expect.arrayContaining(growths));
});
