import { beforeAll, expect, test } from 'vitest';
import { describeLab } from './describe.ts';
import { inLab, type LabRun } from './run.ts';

const start = '. "$REPO/test/lab/guest/break.bash"\n';
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
    run = await inLab(
      `${start}
      configure <<'Y'
tasks:
${NAMES.map(([task, lv]) => `  ${task}: {lv: ${lv}, size: 8M}`).join('\n')}
  too-long: {lv: ${LONGEST_VG}/x, size: 8M}
  no-real: {lv: ${LONG_VG}/${NO_REAL}, size: 8M}
Y
      mark
      for task in ${NAMES.map(([task]) => task).join(' ')}; do
        call $task $PRE $task; snapshot_of $task >$LAB/$task.name; call $task-post $POST $task
      done
      call too-long $PRE too-long; call no-real $PRE no-real; same end`,
      {
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
      },
    );
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
    const task = (index: number): string => `s${index}`;
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
${SIZES.map(([lv, size], index) => `  ${task(index)}: {lv: vg0/${lv}, size: ${size}}`).join('\n')}
Y
      mark
      for task in ${SIZES.map((_, index) => task(index)).join(' ')}; do
        $PRE $task >$LAB/$task.pre 2>&1; lvs --noheadings --units b --nosuffix -o lv_size --select "lv_tags=holdstill.task=$task"
        [ $task = s7 ] || { call $task $POST $task; continue; }
        dd if=/dev/urandom of=/dev/vg0/small bs=1M count=64 conv=fsync,notrunc status=none; call $task $POST $task
      done
      same end`,
      {
        world: 'vg vg0 3G\n  lv small 64M ext2\n  lv medium 400M ext2\n  lv large 1620M ext2',
        memory: '2G',
      },
    );
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
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
  u: {lv: vg0/data, size: 8M}
Y
      mark
      $PRE t >/dev/null; $PRE u >/dev/null
      cp /var/lib/holdstill/t.journal /run/t.journal
      call first $POST t; [ -n "$(snapshot_of u)" ] || echo 'the other run lost its snapshot'
      cp /run/t.journal /var/lib/holdstill/; edit_journal /var/lib/holdstill/t.journal '/"opened"/d'; call again $POST t; call second $POST u
      same end`,
      { world: 'vg vg0 100M\n  lv data 16M ext4' },
    );
    expect(run.stdout).toBe('');
    for (const name of ['first', 'second']) expect(run.call(name).stdout).toMatch(/good: 1 snapshot valid/);
    expect(run.call('again').status).toBe(5);
    expect(run.call('again').stdout).toContain('BAD: pre did not finish, so the task was never completely open');
    expect(run.call('again').stdout).toContain('nothing is left');
  });
});
