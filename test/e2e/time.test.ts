import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

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
    run = await inLab(
      String.raw`. "$REPO/test/lab/guest/break.bash"
      truncate -s 60M /run/f.img; mkntfs -q -F -f /run/f.img >/dev/null; mkdir /f; ntfs-3g /run/f.img /f; until_true 10 mountpoint -q /f
      truncate -s 4M /f/a.img; mkfs.ext2 -q -F /f/a.img; mkdir /f/data; echo key >/f/key; ln -s /f/data /srv/link
      configure <<'Y'
tasks:
  open: {file: /f/a.img, copy: true, timeout: 30s}
  path: {path: /f/data, timeout: 6s}
  below: {path: /srv/link, timeout: 6s}
  image: {file: /f/a.img, copy: true, timeout: 6s}
  pattern: {file: '/f/*.img', copy: true, timeout: 6s}
  mount: {lv: vg0/a, mount: /f/m, size: 4M, timeout: 6s}
  key: {lv: vg0/a, keys: [/f/key], size: 4M, timeout: 6s}
  subvolume: {subvolume: /f/data, timeout: 6s}
Y
      mark
      call open $PRE open
      pid=$(pidof ntfs-3g | tr ' ' '\n' | tail -n 1); kill -STOP $pid
      # timed NAME COMMAND...: how many tenths of a second it takes
      timed() { local began=$EPOCHREALTIME name=$1; shift; timeout -s KILL 90 "$@" >"$LAB/$name.said" 2>&1 </dev/null; echo "$? $((($(tr -d . <<<$EPOCHREALTIME) - $(tr -d . <<<$began)) / 100000))" >"$LAB/$name.took"; }
      for task in path below image pattern mount key subvolume; do timed "pre $task" $PRE $task; done
      timed 'plan path' $HOLDSTILL plan path
      timed status $HOLDSTILL status
      timed find $HOLDSTILL find /f/data
      timed post $POST open
      kill -CONT $pid
      call again $POST open; call recover $HOLDSTILL recover
      same end`,
      { world: 'vg vg0 60M\n  lv a 8M ext4', timeoutMs: 280_000 },
    );
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
