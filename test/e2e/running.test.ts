import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('a file system as a running guest leaves it', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      String.raw`. "$REPO/test/lab/guest/break.bash"
      exec 9>/srv/data/gone; head -c 100000 /dev/urandom >&9; rm /srv/data/gone; echo kept >/srv/data/kept
      mkntfs -qFQ /dev/vg0/dirty; ntfs-3g /dev/vg0/dirty /mnt; echo dirty >/mnt/name; umount /mnt
      perl "$REPO/test/lab/guest/ntfs-log.pl" $(ntfscat -f -i 2 /dev/vg0/dirty | wc -c) >/run/log; ntfscp -f -q -i /dev/vg0/dirty /run/log 2
      mkfs.btrfs -q -f --mixed /dev/vg0/tree >/dev/null; mount /dev/vg0/tree /mnt
      for name in @ @home @/below; do btrfs -q subvolume create /mnt/$name; echo $name >/mnt/$name/name; done
      btrfs subvolume set-default /mnt/@; umount /mnt
      configure <<'Y'
tasks:
  live: {path: /srv/data, size: 8M}
  dirty: {lv: vg0/dirty, size: 8M}
  tree: {lv: vg0/tree, size: 8M}
Y
      sync; mark
      for task in live dirty tree; do call $task $PRE $task; (cd /run/holdstill/$task && cat kept name @/name @home/name @/below/name 2>/dev/null; ls gone 2>/dev/null); call $task-post $POST $task; same $task quickly; done
      # The origin is as it was.
      ntfs-3g.probe --readwrite /dev/vg0/dirty 2>/dev/null; echo $?`,
      {
        world: `vg vg0 150M
  lv data 16M ext4 /srv/data
  lv dirty 16M raw
  lv tree 32M raw`,
      },
    );
  }, 600_000);

  test('is read to the last file, and good', () => {
    expect(run.stdout).toBe('kept\ndirty\n@\n@home\n@/below\n15\n');
    for (const name of ['live', 'dirty', 'tree']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${name}-post`).stdout, `of ${name}`).toMatch(/verdict +good[^]*nothing is left/);
    }
  });

  test('of Windows is told where it was in use', () => {
    expect(run.call('dirty').stdout).toMatch(/vg0\/dirty: ntfs was in use: /);
    for (const name of ['live', 'tree']) expect(run.call(name).stdout, `of ${name}`).not.toContain('in use');
  });
});
