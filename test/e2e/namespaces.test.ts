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
Y
      truncate -s 16M /srv/vm.img; sfdisk -q --no-reread --no-tell-kernel /srv/vm.img <<<$'label: dos\nstart=2048'; mkfs.ext4 -q -F -E offset=$((2048 * 512)) /srv/vm.img 12M
      mount --make-rshared /; mark
      # unit COMMAND...: in a mount namespace that is gone with the command
      unit() { unshare -m --propagation slave bash -c 'mount -t tmpfs none /tmp; "$@"; true' unit "$@"; }

      for task in t i; do
        unit $PRE $task >/dev/null; losetup --noheadings --list --output BACK-FILE >"$LAB/backing-$task"
        call $task-pre $PRE $task; call $task-post $POST $task; same "$task, opened again" quickly
        unit $PRE $task >/dev/null; call $task-gone $POST $task; same "$task, closed from outside"
      done`,
      { world: 'vg vg0 200M\n  lv disk 32M mbr\n    p1 24M ext4\n  lv srv 100M xfs /srv', timeoutMs: 200_000 },
    );
  });

  test('has loop devices that are known when the namespace is gone, and their paths with it', () => {
    for (const task of ['t', 'i']) {
      // The kernel has no path to it that would be true here.
      expect(run.files(`backing-${task}`)).toMatch(/^\/(mapper\/vg0-hs|\.hs)\./m);
      expect(run.call(`${task}-pre`)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${task}-post`)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${task}-gone`).stdout).toContain('nothing is left');
    }
  });
});
