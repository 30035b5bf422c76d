import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

/** Of every task; a hook may take five seconds more. */
const TIMEOUT_S = 6;
/** What a slow machine needs to start it and what it asks. */
const START_S = 4;

/** Each with what it hangs on. */
const HANGING = {
  'pre path': 'a path',
  'pre below': 'a path below a link',
  'pre image': 'an image',
  'pre pattern': 'a pattern for images',
  'pre mount': 'the directory of its mount point',
  'pre key': 'a key file',
  'pre subvolume': 'a subvolume',
  'plan path': 'a path, for a plan',
} as const;

describeLab('a file system that answers no more', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/time.bash', { world: 'vg vg0 60M\n  lv a 8M ext4', timeoutMs: 280_000 });
  }, 600_000);

  const took = (name: string): readonly number[] => run.files(`${name}.took`).trim().split(' ').map(Number);

  test.each(Object.entries(HANGING))('%s fails within its time: %s', (name) => {
    const [status = 0, tenths = Infinity] = took(name);
    const said = run.files(`${name}.said`);
    expect(said).toMatch(/does not answer|can't be found|can't be the mount point/);
    expect([1, 2]).toContain(status);
    expect(tenths / 10).toBeLessThan(TIMEOUT_S + 5 + START_S);
  });

  test('status and find answer, and post ends in its time', () => {
    for (const [name, most] of [
      ['status', 25],
      ['find', 25],
      ['post', 35],
    ] as const) {
      const [status = 137, tenths = Infinity] = took(name);
      expect({ name, killed: status === 137, late: tenths / 10 > most + 3 }).toEqual({
        name,
        killed: false,
        late: false,
      });
    }
    expect(run.files('status.said')).toMatch(/does not answer/);
  });

  test('all is removed when it answers again', () => {
    expect(run.call('open').status).toBe(0);
    expect(run.call('again').stdout + run.call('recover').stdout).toMatch(/nothing is left/);
    expect(run.stdout).toBe('');
  });
});
