import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { NotedStep, Step } from '../../src/core/model/step.ts';
import { createMarkers, undoMarkers } from '../../src/mounts/markers.ts';
import { createMountPoints, undoDirectories } from '../../src/mounts/mountpoints.ts';
import { createProber } from '../../src/system/prober.ts';

const own = fs.mkdtempSync(join(tmpdir(), 'holdstill-looks.'));
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(own, { recursive: true });
});

/** Makes and removes the directories and markers of so many mounts; how often the mounts of the host were looked at. */
async function looksFor(many: number): Promise<number> {
  const { readFileSync } = fs;
  let looks = 0;
  vi.spyOn(fs, 'readFileSync').mockImplementation(((file: string, ...rest: never[]) => {
    if (file === '/proc/self/mountinfo') looks += 1;
    return readFileSync(file, ...rest);
  }) as never);
  const prober = createProber(() => Promise.reject(new Error('no other process')), LIMITS, own);
  const [mount, names] = [join(own, `t${many}`), { task: 't', run: '1' }];
  const points = Array.from({ length: many }, (_, index) => join(mount, `p${index}`));
  const noted = (steps: readonly Step[]): readonly NotedStep[] =>
    steps.map((step, number) => ({ number, step, facts: undefined }));
  const directories = createMountPoints(prober);
  const markers = createMarkers(prober);
  const ofDirectories = noted(directories.steps(mount, points));
  const ofMarkers = noted(markers.steps(mount, points, names));
  await directories.make(ofDirectories);
  await markers.make(ofMarkers);
  for (const [handler, steps] of [
    [undoMarkers(prober), ofMarkers],
    [undoDirectories(prober), ofDirectories.toReversed()],
  ] as const) {
    expect(await handler.undo(steps)).toEqual(steps.map(() => ({ kind: 'undone' })));
  }
  expect(fs.existsSync(mount)).toBe(false);
  vi.restoreAllMocks();
  return looks;
}

const LIMITS = { commandMs: () => 10_000, graceMs: () => 1000 };

// Whose file a marker is matters: it must be root's.
test.skipIf(process.getuid?.() !== 0)('the mounts of the host are looked at once for a group of steps', async () => {
  expect(await looksFor(20)).toBe(4);
  expect(await looksFor(1)).toBe(4);
});
