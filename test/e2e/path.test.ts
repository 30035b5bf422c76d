import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('what a path stands on', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      String.raw`. "$REPO/test/lab/guest/break.bash"
      # make NAME: a volume with a file system that says who it is
      make() { lvcreate -qq -y -L 16M -n $1 vg0; mkfs.ext4 -q /dev/vg0/$1; mount /dev/vg0/$1 /mnt; echo $1 >/mnt/who; umount /mnt; }
      for name in renamed inner outer; do make $name; done
      mkdir -p /srv/{renamed,luks,part,image,far} /g
      mount /dev/vg0/renamed /srv/renamed; lvrename -qq vg0 renamed other; make renamed

      mount /dev/vg0/outer /mnt; mkdir /mnt/data; echo outer >/mnt/data/who; umount /mnt
      mkdir -p /g/data; mount /dev/vg0/inner /g/data; mount /dev/vg0/outer /g

      mkdir -m 700 -p /etc/holdstill; head -c 32 /dev/urandom >/etc/holdstill/key; chmod 600 /etc/holdstill/key
      lvcreate -qq -y -L 24M -n crypt vg0; cryptsetup -q luksFormat --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/vg0/crypt /etc/holdstill/key
      cryptsetup open --key-file /etc/holdstill/key /dev/vg0/crypt c1; mkfs.ext4 -q /dev/mapper/c1; mount /dev/mapper/c1 /srv/luks
      mkdir /srv/luks/below; echo luks >/srv/luks/below/who

      lvcreate -qq -y -L 16M -n disk vg0; printf 'start=2048, size=2048\nstart=4096\n' | sfdisk -q --no-reread --no-tell-kernel /dev/vg0/disk
      DM_DISABLE_UDEV=1 dmsetup create disk2 --uuid part2-x --table "0 20000 linear /dev/vg0/disk 4096"; mkfs.ext4 -q /dev/mapper/disk2; mount /dev/mapper/disk2 /srv/part
      truncate -s 8M /far.img; mkfs.ext4 -q -F /far.img; mount -o loop /far.img /srv/far
      lvcreate -qq -y -L 16M -n loop vg0; mkfs.ext4 -q -E offset=1048576 /dev/vg0/loop 8M; mount -o loop,offset=1048576 /dev/vg0/loop /srv/image
      configure <<'Y'
tasks:
  renamed: {path: /srv/renamed, size: 4M}
  covered: {path: /g/data, size: 4M}
  keyed: {path: /srv/luks/below, size: 8M, keys: [/etc/holdstill/key]}
  bare: {path: /srv/luks, size: 8M}
  part: {path: /srv/part, size: 4M}
  image: {path: /srv/image, size: 4M}
Y
      sync; mark
      for task in renamed covered keyed; do
        call $task $PRE $task; cat /run/holdstill/$task/who; call $task-post $POST $task; same $task
      done
      for task in bare part image; do call $task $PRE $task; same $task; done
      for place in renamed luks part image far; do call find-$place $HOLDSTILL find /srv/$place; done
      call find-g $HOLDSTILL find /g/data; call plan $HOLDSTILL plan keyed`,
      { world: 'vg vg0 260M', modules: ['loop', 'dm-snapshot', 'dm-crypt', 'fuse'], timeoutMs: 300_000 },
    );
  }, 600_000);

  test('is what the kernel has mounted there, whatever it is called now and whatever lies below', () => {
    expect(run.stderr).toBe('');
    expect(run.stdout).toBe('renamed\nouter\nluks\n');
    for (const task of ['renamed', 'covered', 'keyed']) {
      expect(run.call(task)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`${task}-post`)).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run.call('find-renamed').stdout).toMatch(/^lvm +yes +on the logical volume vg0\/other,/m);
    expect(run.call('find-g').stdout).toMatch(/^lvm +yes +on the logical volume vg0\/outer,/m);
  });

  test('is the logical volume below LUKS, and is opened with keys', () => {
    expect(run.call('bare').status).toBe(1);
    expect(run.call('bare').stderr).toMatch(/vg0\/crypt: is encrypted \(LUKS\)/);
    expect(run.call('find-luks').stdout).toMatch(/on the LUKS device c1 on the logical volume vg0\/crypt.*keys/);
    expect(run.call('plan')).toMatchObject({ status: 0, stderr: '' });
  });

  test('is a part of a volume only: it is said what to write', () => {
    expect(run.call('part').status).toBe(1);
    expect(run.call('part').stderr).toMatch(
      /\/srv\/part is on partition 2 on the logical volume vg0\/disk; write lv: vg0\/disk and partitions: \[2\]/,
    );
    expect(run.call('image').status).toBe(1);
    expect(run.call('image').stderr).toMatch(
      /is on the loop device \/dev\/loop\d+ on the logical volume vg0\/loop; write lv: vg0\/loop/,
    );
    expect(run.call('find-part').stdout).toMatch(
      /^lvm +no +on partition 2 on the logical volume vg0\/disk.*partitions: \[2\]/m,
    );
    expect(run.call('find-far').stdout).toMatch(
      /^file +no +not an image file, but inside one: .*write file: \/far\.img/m,
    );
  });
});
