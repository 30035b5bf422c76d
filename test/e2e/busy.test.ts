import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const world = `vg vg0 400M
  lv plain 32M ext4
  lv other 16M ext4
  lv disk 32M mbr
    p1 24M ext4
  lv win 32M ntfs`;

/* Task u is open all the time and must stay so. `busy NAME TASK`: pre and post while somebody keeps it; `free`: afterwards. */
const start = `
. "$REPO/test/lab/guest/break.bash"
configure <<'Y'
tasks:
  t: {lv: vg0/plain, size: 8M, autoextend: false}
  d: {lv: vg0/disk, size: 8M, autoextend: false}
  w: {lv: vg0/win, size: 8M, autoextend: false}
  u: {lv: vg0/other, size: 8M, autoextend: false}
Y
$PRE u >/dev/null; mkdir /mnt/b /mnt/c; touch /mnt/ns; mark
M=/run/holdstill/t
# The holders' own pids, once they hold.
hold() { "$@" & holders+=($!); sleep 0.4; }
busy() { call $1-pre $PRE $2; call $1-post $POST $2; }
free() { [ \${#holders[@]} = 0 ] || { kill \${holders[@]}; wait \${holders[@]} 2>/dev/null; holders=(); }; call $1-end \${3:-$POST} $2; same $1 quickly; }
holders=() DM_DISABLE_UDEV=1; export DM_DISABLE_UDEV
`;

const left = (run: LabRun, name: string): readonly string[] =>
  run
    .call(name)
    .stdout.split('\n')
    .filter((line) => line.startsWith('  left'));

type Case = readonly [name: string, what: string, users: string];

/** What keeps a task is named, nothing below it is tried, and the next hook ends it. */
function expectNamed(run: LabRun, [name, what, users]: Case): void {
  const [pre, post, end] = ['pre', 'post', 'end'].map((call) => run.call(`${name}-${call}`));
  expect(pre).toMatchObject({ status: 4 });
  expect(pre?.stderr).toMatch(new RegExp(`is still in use by ${users};`));
  expect(post?.stdout).toMatch(new RegExp(`^  left +${what}.*: in use by ${users}`, 'm'));
  expect(post?.stderr).toMatch(new RegExp(`${what}.* \\(in use by ${users}\\)`));
  const below = left(run, `${name}-post`).filter((line) => !/in use by|to try again|and \d+ more/.test(line));
  expect(below.filter((line) => !line.includes('still needed by'))).toEqual([]);
  expect(post?.stdout.split('\n').length).toBeLessThanOrEqual(15);
  expect(post?.ms).toBeLessThan(12_000);
  expect(end?.stdout).toContain('nothing is left');
}

describeLab('processes and mounts that keep a task busy', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(PROCESSES, { world, timeoutMs: 250_000 });
  });

  const PROCESSES = `${start}
    # by its working directory, an open file, its root, a mapped file
    $PRE t >/dev/null
    hold bash -c "cd $M; exec sleep 900"
    hold tail -f $M/hello.txt >/dev/null
    hold perl -e 'chroot "/run/holdstill/t"; chdir "/"; sleep 900'
    hold python3 -c 'import mmap, time; f = open("/run/holdstill/t/hello.txt", "rb"); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); f.close(); time.sleep(900)'
    until_true 20 grep -q holdstill /proc/\${holders[3]}/maps
    call processes-recover $HOLDSTILL recover t; call processes-status $HOLDSTILL status t; busy processes t
    call processes-bacula $REPO/dist/bacula/run-after t; call processes-sesam $REPO/dist/sesam/sbc_post t
    free processes t "$HOLDSTILL recover"
    # a bind mount, one of a directory below, one in another mount namespace
    $PRE t >/dev/null; mount --bind $M /mnt/b; mount --bind $M/lost+found /mnt/c
    hold unshare -m bash -c "umount /mnt/b /mnt/c; mount --bind $M /mnt/c; exec sleep 900"
    busy binds t; umount /mnt/b /mnt/c; free binds t
    # a process in a copy of the mount, in another mount namespace
    $PRE t >/dev/null; hold unshare -m bash -c "cd $M; exec sleep 900"; busy copy t; free copy t
    # copies that nobody is in: of a private namespace, and of one that hears of our unmounting, like those of systemd
    mount --make-rshared /; hold unshare -m --propagation slave sleep 900
    $PRE t >/dev/null; hold unshare -m sleep 900
    grep -c $M /proc/\${holders[0]}/mountinfo
    call idle-pre $PRE t; hold unshare -m sleep 900; free idle t "$HOLDSTILL recover"
    mount --make-rprivate /
    # what was detached by hand; a namespace that no process is in
    $PRE t >/dev/null; hold tail -f $M/hello.txt >/dev/null; umount -l $M; call lazy-post $POST t; free lazy t
    mount --bind /mnt /mnt; mount --make-private /mnt; mark
    $PRE t >/dev/null; unshare --mount=/mnt/ns mount --bind $M /mnt/b; call lost-post $POST t; umount /mnt/ns; free lost t
    umount /mnt; mark; $PRE t >/dev/null; call inside bash -c "cd $M; exec $POST t"; same inside quickly
    $POST u >/dev/null; lvs --noheadings -o lv_name --select lv_tags=holdstill`;

  test('go in the end, and another open task is not touched', () => {
    expect(run.stdout).toBe('1\n');
  });

  test.each<Case>([
    ['processes', 'mount /run/holdstill/t', String.raw`sleep \(\d+\), tail \(\d+\), perl \(\d+\), python3 \(\d+\)`],
    [
      'binds',
      'snapshot',
      String.raw`a mount at /mnt/b, a mount at /mnt/c, a mount at /mnt/c in the mount namespace of sleep \(\d+\)`,
    ],
    ['copy', 'mount /run/holdstill/t', String.raw`sleep \(\d+\) in another mount namespace`],
  ])('are named: %s', (...one) => expectNamed(run, one));

  test('a good verdict stays good: status 3, a warning for Bacula, an error for sesam; status shows who it is', () => {
    expect(run.call('processes-post')).toMatchObject({ status: 3 });
    expect(run.call('processes-post').stdout).toMatch(/verdict +good/);
    expect(run.call('processes-bacula')).toMatchObject({ status: 0 });
    expect(run.call('processes-bacula').stdout).toMatch(/^WARNING: left on this machine: mount .* \(in use by sleep/m);
    expect(run.call('processes-sesam').stdout).toMatch(
      /^STATUS:ERROR \{left on this machine: mount .* \(in use by sleep/m,
    );
    expect(run.call('processes-recover')).toMatchObject({ status: 4 });
    expect(run.call('processes-recover').stderr).toMatch(/in use by sleep/);
    expect(run.call('processes-status').stdout).toMatch(/in use by sleep/);
    // The mount, what is under it (the file, the directory, the snapshot), and what to type.
    expect(left(run, 'processes-post')).toHaveLength(5);
  });

  test('copies of the mount that nobody reads, in other mount namespaces, hold nothing up', () => {
    expect(run.call('idle-pre').stdout).toContain('cleared');
    expect(run.call('idle-end')).toMatchObject({ status: 0, stderr: '' });
  });

  test('a hook that is started in the mount does not keep it itself', () => {
    expect(run.call('inside')).toMatchObject({ status: 0, stderr: '' });
  });

  test('what no path leads to is found as well, or guessed', () => {
    expect(run.call('lazy-post').stdout).toMatch(/left +snapshot .*in use: tail \(\d+\)/);
    expect(run.call('lost-post').stdout).toMatch(
      /left +snapshot .*in use: perhaps a mount namespace that no process is in, kept by \/mnt\/ns/,
    );
    for (const name of ['lazy', 'lost']) expect(run.call(`${name}-end`).stdout).toContain('nothing is left');
  });
});

describeLab('devices that keep a task busy', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(DEVICES, { world, timeoutMs: 250_000 });
  });

  const DEVICES = `${start}
    # over TASK: our device over its partition
    over() { echo /dev/$(dmsetup info --columns --noheadings -o blkdevname hs.$(snapshot_of $1 | cut -d. -f2)-0-map); }
    # a loop device and device-mapper on the snapshot, and a process that has it open
    $PRE d >/dev/null; snapshot=/dev/vg0/$(snapshot_of d); loop=$(losetup -f --show -o 4096 $snapshot)
    dmsetup create holder --table "0 8192 linear $loop 0"; exec 9<$snapshot; hold sleep 900; exec 9<&-; busy above d
    dmsetup remove holder; losetup -d $loop; free above d
    # device-mapper on our own device over a partition; its mount is gone. Read-only: who writes to a snapshot makes it his own (forgotten.test.ts)
    $PRE d >/dev/null; umount /run/holdstill/d/p1; ours=$(over d)
    dmsetup create holder --readonly --table "0 8192 linear $ours 0"; busy ours d; dmsetup remove holder; free ours d
    # who reads by way of FUSE; a loop device over a file
    $PRE w >/dev/null; loop=$(losetup -r -f --show /run/holdstill/w/noise.bin)
    hold bash -c "cd /run/holdstill/w; exec sleep 900"; busy fuse w; losetup -d $loop; free fuse w
    # udev and blkid look in and leave, again and again, and some for seconds
    $PRE d >/dev/null; snapshot=/dev/vg0/$(snapshot_of d); ours=$(over d)
    hold perl -e 'for (1 .. 4000) { for my $d (@ARGV) { open my $f, "<", $d or next; sysread $f, my $b, 512; close $f; select undef, undef, undef, 0.05 } }' $snapshot $ours
    sleep 3 <$ours & sleep 4 <$snapshot & call look $POST d; free look d
    $POST u >/dev/null; lvs --noheadings -o lv_name --select lv_tags=holdstill`;

  test('go in the end, and another open task is not touched', () => {
    expect(run.stdout).toBe('');
  });

  test.each<Case>([
    ['above', 'snapshot', String.raw`/dev/loop\d+, the device-mapper device holder, sleep \(\d+\)`],
    ['ours', String.raw`the device-mapper device hs\.\w+-0-map`, 'the device-mapper device holder'],
    ['fuse', 'mount /run/holdstill/w', String.raw`/dev/loop\d+ over /run/holdstill/w/noise.bin, sleep \(\d+\)`],
  ])('are named: %s', (...one) => expectNamed(run, one));

  test('short looks at the devices are waited for', () => {
    expect(run.call('look')).toMatchObject({ status: 0, stderr: '' });
  });
});
