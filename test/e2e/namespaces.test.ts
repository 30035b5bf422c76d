import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('a task that is opened in a mount namespace of its own, like that of a unit with PrivateTmp', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      configure <<'Y'
tasks:
  t: {lv: vg0/disk, size: 8M, autoextend: false}
  i: {file: /srv/vm.img}
  s: {subvolume: /srv/cow}
Y
      truncate -s 16M /srv/vm.img; sfdisk -q --no-reread --no-tell-kernel /srv/vm.img <<<$'label: dos\nstart=2048'; mkfs.ext4 -q -F -E offset=$((2048 * 512)) /srv/vm.img 12M
      mount --make-rshared /; mark
      # unit COMMAND...: in a mount namespace that is gone with the command
      unit() { unshare -m --propagation slave bash -c 'mount -t tmpfs none /tmp; "$@"; true' unit "$@"; }

      for task in t i; do
        unit $PRE $task >/dev/null; losetup --noheadings --list --output BACK-FILE >"$LAB/backing"
        call $task-pre $PRE $task; call $task-post $POST $task; same "$task, opened again" quickly
        unit $PRE $task >/dev/null; call $task-gone $POST $task; same "$task, closed from outside"
      done

      # a daemon in a namespace of its own, which calls the hook there; somebody else looks and closes from outside
      daemon() { nsenter -t $holder -m "$@"; }
      unshare -m --propagation slave sleep 900 & holder=$!; sleep 1
      for task in t s; do
        call $task-inside daemon $PRE $task; call $task-status $HOLDSTILL status $task
        call $task-outside $POST $task; same "$task, closed from outside the daemon" quickly
        call $task-here $PRE $task; daemon $HOLDSTILL status $task >"$LAB/$task-from-inside"; call $task-there daemon $POST $task; same "$task, closed in the daemon" quickly
        daemon $PRE $task >/dev/null; call $task-next $PRE $task; $POST $task >/dev/null; same "$task, cleared from outside" quickly
      done
      daemon $PRE t >/dev/null; daemon umount /run/holdstill/t/p1; call unmounted $POST t; same unmounted quickly
      daemon $PRE t >/dev/null; daemon bash -c 'cd /run/holdstill/t/p1; exec sleep 901' & sleep 3; call read $POST t; kill $(pgrep -f 'sleep 901'); call read-again $POST t; same read
      kill $holder`,
      {
        world: 'vg vg0 330M\n  lv disk 32M mbr\n    p1 24M ext4\n  lv srv 100M xfs /srv\n  lv cow 120M btrfs /srv/cow',
        timeoutMs: 200_000,
      },
    );
  });

  test('has devices that are known when the namespace is gone, and the paths of loop devices with it', () => {
    expect(run.stdout).toBe('');
    // The kernel has no path to it that would be true here.
    expect(run.files('backing')).toMatch(/^\/\.hs\./m);
    for (const task of ['t', 'i']) {
      expect(run.call(`${task}-pre`)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${task}-post`).stdout).toContain('nothing is left');
      expect(run.call(`${task}-gone`).stdout).toContain('nothing is left');
    }
  });

  test('is as good as its mounts are in the namespace where they are, whoever looks', () => {
    for (const task of ['t', 's']) {
      expect(run.call(`${task}-inside`).status).toBe(0);
      expect(run.call(`${task}-inside`).stdout).toMatch(
        /note +the mounts are visible only in the mount namespace of this hook/,
      );
      expect(run.call(`${task}-status`).stdout).toMatch(/read-only {2}in the mount namespace of sleep \(\d+\)/);
      expect(run.call(`${task}-status`).stdout).not.toMatch(/went away|in use/);
      for (const name of ['outside', 'there']) {
        expect(run.call(`${task}-${name}`), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
        expect(run.call(`${task}-${name}`).stdout).toMatch(/verdict +good/);
      }
      expect(run.call(`${task}-here`).stdout).not.toContain('namespace');
      expect(run.files(`${task}-from-inside`)).toMatch(/read-only {2}in the mount namespace of /);
      expect(run.call(`${task}-next`)).toMatchObject({ status: 0, stderr: '' });
    }
  });

  test('is bad where the mount, or its namespace, went away, and says which', () => {
    expect(run.call('t-gone').stdout).toMatch(/BAD: .*went away with the mount namespace of the hook that made it/);
    expect(run.call('unmounted').stdout).toMatch(/BAD: .*went away while the task was open/);
  });

  test('is kept by who reads it there, by name', () => {
    expect(run.call('read').stdout).toMatch(/left .*in use by sleep \(\d+\) in another mount namespace/);
    expect(run.call('read-again').stdout).toContain('nothing is left');
  });
});
