import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Journal } from '../../src/core/journal/journal.ts';
import { replay, undo } from '../../src/core/journal/replay.ts';
import { journalPath } from '../../src/core/model/names.ts';
import { createWorld, machineOf, madeUp, type World } from './made-up.ts';

let directory: string;
let file: string;
let world: World;
let journal: Journal;

/** A freeze, a snapshot of two steps with a mount on it, and an exported file that stands on nothing. */
const steps = [
  { kind: 'frozen', name: 'guest', on: '' },
  { kind: 'rbd-map', name: 'disk', on: '' },
  { kind: 'rbd', name: 'disk', on: 'rbd-map' },
  { kind: 'exported', name: 'file', on: '' },
  { kind: 'mount', point: '/m', device: '/dev/rbd0', volume: 'rbd disk' },
];

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'holdstill-undo-'));
  file = journalPath(directory, 't');
  world = createWorld();
  const about = { task: 't', run: '0a1b2c3d', contract: '', runKey: '', boot: '', startedAt: '', timeoutMs: 1 };
  journal = Journal.create(file, about);
  for (const step of journal.note(steps)) journal.learn([step], [{}]);
});
afterEach(() => {
  journal.close();
  fs.rmSync(directory, { recursive: true });
});

const machine = () =>
  machineOf(world, [madeUp('rbd', world, ['rbd-map']), madeUp('exported', world), madeUp('frozen', world)], directory);
const kinds = () => journal.steps.map(({ step: { kind } }) => kind);

test('a part of the steps is undone, and the rest stays in the journal', async () => {
  expect(await undo(journal, journal.steps.slice(0, 1), machine())).toEqual([]);
  expect(world.done).toEqual(['undo frozen guest']);
  expect(kinds()).toEqual(['rbd-map', 'rbd', 'exported', 'mount']);
  expect(Journal.read(file)?.steps).toEqual(journal.steps);
  expect(await replay(journal, machine())).toEqual([]);
  expect(fs.existsSync(file)).toBe(false);
});

test('also all of them, and the journal stays', async () => {
  expect(await undo(journal, journal.steps, machine())).toEqual([]);
  expect([kinds(), Journal.read(file)?.steps]).toEqual([[], []]);
});

test('nothing is undone that what stays stands on', async () => {
  const left = await undo(journal, journal.steps.slice(0, 3), machine());
  expect(left.map(({ what, reason }) => `${what}: ${reason}`)).toEqual([
    'rbd disk: still needed by mount /m',
    'rbd-map disk: still needed by mount /m',
  ]);
  expect(world.done).toEqual(['undo frozen guest']);
});

test('what is to stay is not undone, and the journal goes without it', async () => {
  journal.keep(journal.steps.filter(({ step }) => step.kind === 'exported'));
  expect(await replay(journal, machine())).toEqual([]);
  expect(world.done).toEqual(['unmount', 'undo rbd disk', 'undo rbd-map disk', 'undo frozen guest']);
  expect(fs.existsSync(file)).toBe(false);
});

test('nor is what that stands on, which is reported', async () => {
  journal.keep(journal.steps.filter(({ step }) => step.kind === 'rbd'));
  const left = await replay(journal, machine());
  expect(left.map(({ what, reason }) => `${what}: ${reason}`)).toEqual(['rbd-map disk: still needed by rbd disk']);
  expect(kinds()).toEqual(['rbd-map']);
});
