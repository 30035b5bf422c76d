import { beforeAll, expect, test } from 'vitest';
import { describeLab } from './describe.ts';
import type { LabRun } from './run.ts';
import { scenario } from './scenario.ts';

const MIB = 1024 * 1024;

/* Device-mapper allows 127 bytes for VG, LV and what LVM adds to them (`-cow`, `-real`), each hyphen doubled. */
const LONG_LV = 'l'.repeat(100);
const LONGEST_LV = 'm'.repeat(118);
const HYPHENS = 'n-'.repeat(24) + 'n';
const LONG_VG = 'g'.repeat(100);
const LONGEST_VG = 'h'.repeat(115);
const NO_REAL = 'i'.repeat(24);

/** A task for each LV, what its snapshot is called, or why there can be none. */
const NAMES: readonly (readonly [task: string, lv: string, name: RegExp])[] = [
  ['plain', 'vg0/a+b_c.d-e', /^hs\.\w{8}\.a\+b_c\.d-e$/],
  ['long', `vg0/${LONG_LV}`, /^hs\.\w{8}\.l{100}$/],
  ['longest', `vg0/${LONGEST_LV}`, /^hs\.\w{8}\.0$/],
  ['hyphens', `vg0/${HYPHENS}`, /^hs\.\w{8}\.(n-){24}n$/],
  ['long-vg', `${LONG_VG}/data`, /^hs\.\w{8}\.data$/],
  ['long-both', `${LONG_VG}/longer-name`, /^hs\.\w{8}\.0$/],
];

describeLab('names at the limits', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/lab/provider-names.bash', {
      values: {
        TASKS: NAMES.map(([task]) => task),
        LVS: NAMES.map(([, lv]) => lv),
        TOO_LONG: `${LONGEST_VG}/x`,
        NO_REAL: `${LONG_VG}/${NO_REAL}`,
      },
      world: `vg vg0 200M
  lv a+b_c.d-e 8M ext2
  lv ${LONG_LV} 8M ext2
  lv ${LONGEST_LV} 8M ext2
  lv ${HYPHENS} 8M ext2
vg ${LONG_VG} 64M
  lv data 8M ext2
  lv longer-name 8M ext2
  lv ${NO_REAL} 8M ext2
vg ${LONGEST_VG} 32M
  lv x 8M ext2`,
    });
  });

  test.each(NAMES)('a snapshot of one that is %s is taken and removed', (task, _, name) => {
    expect(run.call(task)).toMatchObject({ status: 0, stderr: '' });
    expect(run.files(`${task}.name`).trim()).toMatch(name);
    expect(run.call(`${task}-post`)).toMatchObject({ status: 0, stderr: '' });
  });

  test('a name that leaves no room is a clear error, and the machine is as before', () => {
    expect(run.call('too-long')).toMatchObject({ status: 1 });
    expect(run.call('too-long').stderr).toMatch(/cannot take a snapshot of \S+h\/x: .*too long/);
    expect(run.call('no-real')).toMatchObject({ status: 1 });
    expect(run.call('no-real').stderr).toMatch(/cannot take a snapshot of .*too long/);
    expect(run.stdout).toBe('');
  });
});

/** The size of an origin, what the admin writes, and the room that its snapshot gets, in MiB (extents of 4). */
const SIZES = [
  ['small', 'auto', 68],
  ['small', '50%', 32],
  ['small', '10M', 12],
  ['small', '1M', 4],
  ['small', '9G', 68],
  ['medium', 'auto', 256],
  ['large', 'auto', 324],
  ['small', 'full', 68],
] as const;

describeLab('provider lvm', () => {
  test('gives a snapshot the room that `size` promises; with `full` the whole origin can be overwritten', async () => {
    const run = await scenario('test/lab/provider-sizes.bash', {
      values: { LVS: SIZES.map(([lv]) => lv), SIZES: SIZES.map(([, size]) => size) },
      world: 'vg vg0 3G\n  lv small 64M ext2\n  lv medium 400M ext2\n  lv large 1620M ext2',
      memory: '2G',
    });
    expect(
      run.stdout
        .trim()
        .split(/\s+/)
        .map((bytes) => Number(bytes) / MIB),
    ).toEqual(SIZES.map(([, , size]) => size));
    expect(run.call('s7')).toMatchObject({ status: 0, stderr: '' });
    // The list of changed chunks is there from the start, so a full one is used to nearly all of its room.
    expect(run.call('s7').stdout).toMatch(/good: .*9[0-9] % of 68\.0 MiB used/);
  });

  test('takes two runs of one origin apart, and removes again what is gone', async () => {
    const run = await scenario('test/lab/provider-two-runs.bash', { world: 'vg vg0 100M\n  lv data 16M ext4' });
    expect(run.stdout).toBe('');
    for (const name of ['first', 'second']) expect(run.call(name).stdout).toMatch(/good: 1 snapshot valid/);
    expect(run.call('again').status).toBe(5);
    expect(run.call('again').stdout).toContain('BAD: pre did not finish, so the task was never completely open');
    expect(run.call('again').stdout).toContain('nothing is left');
  });
});
