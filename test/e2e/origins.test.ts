import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import type { LabRun } from '../lab/run.ts';
import { scenario } from '../lab/scenario.ts';

/** The kinds of LV that LVM takes a snapshot of, as `each` finds them in one VG; and those that it takes none of, and why. */
const taken = [
  'cached',
  'cachevol',
  'writecached',
  'raid1',
  'raid5',
  'striped',
  'mirrored',
  'readonly',
  'thin',
  'asleep',
];
const refused = {
  'thick-asleep': 'is not active on this host',
  integrity: 'is a RAID with integrity, of which LVM takes no snapshot',
  sparse: 'is a sparse volume that LVM keeps as a snapshot',
  pool: 'is a thin pool',
  still: 'is a thin pool',
} as const;

/** A plan, whatever the width it was written for. */
const flat = (plan: string): string => plan.replaceAll(/[│├└─\s]+/g, ' ');

describeLab('kinds of logical volumes', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await scenario('test/e2e/origins.bash', {
      values: { TAKEN: taken },
      world: `vg vg0 40M\n  lv data 16M ext4 /srv/data`,
      timeoutMs: 240_000,
    });
  }, 600_000);

  test('of each that LVM takes a snapshot of there is one, and all is as it was afterwards', () => {
    expect(run.call('pre')).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toBe([...taken, 'asleep', ''].join('\n'));
    expect(run.call('post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test('which are thin is said of thin ones only', () => {
    expect(run.call('plan').status).toBe(0);
    for (const name of taken) {
      const how = name === 'thin' || name === 'asleep' ? 'thin, in pool' : 'room for';
      expect(flat(run.call('plan').stdout)).toContain(`snapshot hs.xxxxxxxx.${name}: ${how}`);
    }
  });

  test.each(Object.entries(refused))(
    'one that is not taken never costs the others, and is reported: %s',
    (name, reason) => {
      expect(flat(run.call('plan').stdout)).toContain(`vg1/${name}: left out, it ${reason}`);
    },
  );

  test('one that may be missed in the backup is an error where that is asked for', () => {
    expect(run.call('strict').status).toBe(1);
    expect(run.call('strict').stderr).toMatch(/vg1\/thick-asleep: is not active on this host.*exclude/);
  });

  test('an inactive thin one is taken by its name, too', () => {
    expect(run.call('one')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('one-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test('an LV of no such name: the nearest first, none of our snapshots, nothing hidden', () => {
    expect(run.call('mistyped').stderr).toMatch(/it has striped, /);
    expect(run.call('mistyped').stderr).not.toMatch(/hs\.|\[/);
  });

  test('one that lvm.conf would make read-only by our snapshot is refused before', () => {
    for (const name of ['forced', 'forced-plan']) {
      expect(run.call(name).status).toBe(1);
      expect(run.call(name).stderr).toMatch(
        /cannot take a snapshot of vg0\/data: it is made read-only by .*read_only_volume_list/,
      );
    }
  });
});
