import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

const start = '. "$REPO/test/lab/guest/break.bash"\n';

describeLab('the trust in file systems', () => {
  test('of guests lets no link be followed, of the host does; hostile ones are read outside the kernel, with their journal', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  guest: {lv: vg0/data, size: 8M}
  host: {lv: vg0/data, size: 8M, trust: host}
  path: {path: /srv/data, size: 8M}
  hostile: {lv: vg0/data, size: 8M, trust: hostile}
  windows: {lv: vg0/win, size: 8M, trust: hostile}
  card: {lv: vg0/card, size: 8M, trust: hostile}
  kernel: {lv: vg0/xfs, size: 8M, trust: hostile}
Y
      ln -s hello.txt /srv/data/way; echo "in the journal" >/srv/data/late; sync; mark
      for task in guest host path hostile windows card; do
        call $task $PRE $task; findmnt --noheadings -o FSTYPE,VFS-OPTIONS /run/holdstill/$task
        cat /run/holdstill/$task/way >/dev/null 2>&1; echo "$task: the link leads $([ $? = 0 ] && echo on || echo nowhere), $(cat /run/holdstill/$task/late 2>/dev/null)"
        (cd /run/holdstill/$task && sha256sum noise.bin) | diff - $LAB/static/$(case $task in windows) echo win ;; card) echo card ;; *) echo data ;; esac).sha256
        call $task-post $POST $task; same $task
      done
      call kernel $PRE kernel; same kernel`,
      {
        world: 'vg vg0 200M\n  lv data 32M ext4 /srv/data\n  lv win 16M ntfs\n  lv card 16M exfat\n  lv xfs 32M xfs',
        modules: ['loop', 'dm-snapshot', 'fuse'],
      },
    );
    expect(run.stdout.replaceAll(/ +/g, ' ').split('\n')).toEqual([
      'ext4 ro,nosuid,nodev,noexec,relatime,nosymfollow',
      'guest: the link leads nowhere, in the journal',
      'ext4 ro,nosuid,nodev,relatime',
      'host: the link leads on, in the journal',
      'ext4 ro,nosuid,nodev,relatime',
      'path: the link leads on, in the journal',
      'fuse.ext4 ro,nosuid,nodev,noexec,relatime,nosymfollow',
      'hostile: the link leads nowhere, in the journal',
      'fuseblk ro,nosuid,nodev,noexec,relatime,nosymfollow',
      'windows: the link leads nowhere, ',
      'fuseblk ro,nosuid,nodev,noexec,relatime,nosymfollow',
      'card: the link leads nowhere, ',
      '',
    ]);
    for (const task of ['guest', 'host', 'path', 'hostile', 'windows', 'card']) {
      expect(run.call(task), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${task}-post`).stdout, `of ${task}`).toMatch(/verdict +good/);
    }
    expect(run.call('kernel').status).toBe(1);
    expect(run.call('kernel').stderr).toMatch(/is xfs, which only the kernel can read.*trust: guest/);
  });
});

describeLab('an error in a file system that wants its host to stop', () => {
  test('is an error of whoever reads it, and no more', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  guest: {lv: vg0/guest, size: 8M}
  host: {lv: vg0/host, size: 8M, trust: host}
Y
      for lv in guest host; do
        mount /dev/vg0/$lv /mnt; mkdir /mnt/torn; echo whole >/mnt/whole; touch /mnt/torn/file; umount /mnt
        block=$(debugfs -R 'blocks /torn' /dev/vg0/$lv 2>/dev/null); dd if=/dev/urandom of=/dev/vg0/$lv bs=1k seek=$block count=1 conv=notrunc status=none
        tune2fs -e panic /dev/vg0/$lv >/dev/null
      done
      sync; mark
      for task in guest host; do
        call $task $PRE $task; cat /run/holdstill/$task/whole; ls /run/holdstill/$task/torn >/dev/null 2>&1 && echo 'read what is torn'
        $POST $task >/dev/null; same $task
      done`,
      { world: 'vg vg0 64M\n  lv guest 8M ext4\n  lv host 8M ext2' },
    );
    expect(run.stdout).toBe('whole\nwhole\n');
    for (const task of ['guest', 'host']) expect(run.call(task)).toMatchObject({ status: 0, stderr: '' });
  });
});

describeLab('a check before mounting', () => {
  test('fails the job for what is damaged, tells what was mended, and says nothing of what is well', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  well: {each: {lv: vg0/well*}, size: 8M, check: true}
  live: {path: /srv/live, size: 8M, check: true}
  mended: {lv: vg0/mended, size: 8M, check: true}
  damaged: {lv: vg0/damaged, size: 8M, check: true}
  xfs: {lv: vg0/xfs, size: 8M, check: true}
  fat: {lv: vg0/fat, size: 8M, check: true}
Y
      debugfs -w -R 'set_super_value free_blocks_count 17' /dev/vg0/mended 2>/dev/null
      debugfs -w -R 'clri <2>' /dev/vg0/damaged 2>/dev/null
      xfs_db -x -c 'agi 0' -c 'write -d freecount 3' /dev/vg0/xfs >/dev/null
      printf '\\x01' | dd of=/dev/vg0/fat bs=1 seek=37 conv=notrunc status=none
      sync; mark
      for task in well live mended damaged xfs fat; do call $task $PRE $task; $POST $task >/dev/null 2>&1; same $task quickly; done`,
      {
        world: `vg vg0 300M
  lv well1 16M ext4
  lv well2 32M xfs
  lv well3 16M ntfs
  lv well4 32M btrfs
  lv live 16M ext4 /srv/live
  lv mended 16M ext4
  lv damaged 16M ext4
  lv xfs 32M xfs
  lv fat 16M vfat`,
        modules: ['loop', 'dm-snapshot', 'fuse'],
      },
    );
    expect(run.stdout).toBe('');
    for (const task of ['well', 'live']) {
      expect(run.call(task), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(task).stdout, `of ${task}`).not.toMatch(/the check|its check/);
    }
    for (const [task, type] of [
      ['mended', 'ext4'],
      ['fat', 'vfat'],
    ]) {
      expect(run.call(task ?? ''), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(task ?? '').stdout, `of ${task}`).toContain(`the check repaired ${type} in the snapshot`);
    }
    expect(run.call('damaged').status).toBe(1);
    expect(run.call('damaged').stderr).toContain('vg0/damaged: its check found errors; check the disk itself');
    expect(run.call('damaged').stdout).toMatch(/UNEXPECTED INCONSISTENCY/);
    expect(run.call('xfs').status).toBe(1);
    expect(run.call('xfs').stderr).toMatch(/vg0\/xfs: (its check found errors|it can't be mounted)/);
  });
});
