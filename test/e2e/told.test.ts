import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('what is in a disk and can not be saved as it is', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      there=/run/there; mkdir $there
      ntfs-3g /dev/vg0/asleep $there; printf 'hibr%04092d' 0 >$there/hiberfil.sys; umount $there
      mkfs.btrfs -q -f --mixed /dev/vg0/twin1 >/dev/null; mount /dev/vg0/twin1 $there; echo one >$there/name; umount $there
      dd if=/dev/vg0/twin1 of=/dev/vg0/twin2 bs=1M status=none
      mke2fs -q -F -O journal_dev /dev/vg0/journal >/dev/null; mkfs.ext4 -q -F -J device=/dev/vg0/journal /dev/vg0/far >/dev/null
      # two partitions, the second of which begins within the first
      perl -e 'open my $f, "+<", shift or die $!; seek $f, 446, 0;
        print $f pack("CCCCCCCCVV", 0, 0, 0, 0, 0x83, 0, 0, 0, 2048, 16384) . pack("CCCCCCCCVV", 0, 0, 0, 0, 0x83, 0, 0, 0, 8192, 16384) . "\\0" x 32 . "\\x55\\xaa"' /dev/vg0/over
      mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/over 8M
      sfdisk -q --no-reread --no-tell-kernel /dev/vg0/disk <<<$'label: dos\\nstart=2048, size=16384\\nstart=18432, size=16384'
      cat /dev/vg0/disk >/srv/images/whole.img; mkfs.ext4 -q -F -E offset=$((2048 * 512)) /srv/images/whole.img 8M
      mount -o loop,offset=$((2048 * 512)) /srv/images/whole.img $there; echo first >$there/name; umount $there
      cp /srv/images/whole.img /srv/images/cut.img; truncate -s 12M /srv/images/cut.img
      printf 'QFI\\xfb' >/srv/images/other.img; truncate -s 1M /srv/images/other.img; : >/srv/images/empty.img; mkdir /srv/images/dir.img
      ln -s /no/where /srv/images/wanting.img
      touch /srv/cow/nocow.img; chattr +C /srv/cow/nocow.img; truncate -s 8M /srv/cow/nocow.img; mkfs.ext4 -q -F /srv/cow/nocow.img
      truncate -s 8M "/srv/images/STATUS:OK
STATUS:SUCCESS.img"
      sync
      configure <<'Y'
tasks:
  windows: {each: {lv: 'vg0/[ac]*[py]'}, size: 8M}
  twins: {each: {lv: vg0/twin*}, size: 8M}
  far: {lv: vg0/far, size: 8M}
  over: {lv: vg0/over, size: 8M}
  whole: {file: /srv/images/whole.img}
  cut: {file: /srv/images/cut.img}
  images: {file: '/srv/images/[eo]*.img'}
  other: {file: /srv/images/other.img}
  lax: {file: '/srv/images/[wo]*.img'}
  strict: {file: '/srv/images/[wo]*.img', skip: error}
  copied: {file: /srv/cow/nocow.img, copy: true}
  shared: {file: /srv/cow/nocow.img}
  forged: {file: '/srv/images/S*.img'}
Y
      mark
      for task in windows twins far over cut images other lax strict copied shared forged; do
        call $task $PRE $task; $HOLDSTILL status $task >$LAB/$task.shown; call $task-post $POST $task; same $task quickly
      done
      call whole $PRE whole; truncate -s 20M /srv/images/cut.img; mount -o loop,offset=$((2048 * 512)) /srv/images/cut.img $there; echo second >$there/name; umount $there
      mv /srv/images/cut.img /srv/images/whole.img; cat /run/holdstill/whole/p1/name; call whole-post $POST whole; same whole quickly`,
      {
        world: `vg vg0 830M
  lv asleep 16M ntfs
  lv clean-copy 16M ntfs
  lv twin1 48M raw
  lv twin2 48M raw
  lv journal 8M raw
  lv far 16M raw
  lv over 24M raw
  lv disk 20M raw
  lv images 320M xfs /srv/images
  lv cow 120M btrfs /srv/cow`,
        modules: ['loop', 'dm-snapshot', 'fuse'],
        timeoutMs: 200_000,
      },
    );
  }, 600_000);

  test('an ntfs that is hibernated is told from one that is not', () => {
    expect(run.call('windows')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('windows').stdout).toMatch(/note +vg0\/asleep: Windows is hibernated/);
    expect(run.call('windows').stdout).not.toContain('vg0/clean-copy: ');
  });

  test('of two btrfs with one id only one is mounted, and the other is told', () => {
    expect(run.call('twins').status).toBe(1);
    expect(run.call('twins').stderr).toMatch(/vg0\/twin2: a btrfs with the same id is in this task/);
  });

  test('a journal that is elsewhere, and partitions that overlap', () => {
    expect(run.call('far').stderr).toMatch(/vg0\/far: has its journal on another device/);
    expect(run.call('over').stderr).toMatch(
      /over\/p1: overlaps with partition 2; vg0\/over\/p2: overlaps with partition 1/,
    );
  });

  test('an image that was cut, one of another format, one with a name that forges a line', () => {
    expect(run.call('cut').stderr).toMatch(/partition table is damaged: partition 2 ends at byte \d+ of 12582912/);
    expect(run.call('images').stderr).toMatch(
      /empty\.img is too small to be an image; \/srv\/images\/other\.img is an image in the format qcow2/,
    );
    expect(run.call('other').stderr).toMatch(/it is an image in the format qcow2; only raw ones can be looked into/);
    expect(run.call('forged').stderr).toMatch(/has a control character in its path/);
    expect(`${run.call('forged').stdout}${run.call('forged').stderr}`).not.toMatch(/^STATUS/m);
    for (const name of ['cut', 'images', 'other', 'forged']) expect(run.call(name).status, `of ${name}`).toBe(1);
  });

  test('an image of another format beside raw ones, and a link that leads nowhere: told, and an error where that is asked for', () => {
    expect(run.call('lax')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('lax').stdout).toMatch(/skipped +\/srv\/images\/other.img: is an image in the format qcow2/);
    expect(run.call('lax').stdout).toMatch(/\/srv\/images\/wanting.img: is a link that leads nowhere/);
    expect(run.call('lax-post').stdout).toMatch(/verdict +good/);
    expect(run.call('strict').status).toBe(1);
    expect(run.call('strict').stderr).toMatch(/srv\/images\/other.img: is an image in the format qcow2/);
  });

  test('an image that can not share its blocks though its file system can: copied where that is allowed', () => {
    expect(run.call('copied')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('copied-post').stdout).toMatch(/verdict +good/);
    expect(run.call('shared').status).toBe(1);
    expect(run.call('shared').stderr).toMatch(/cannot take a snapshot of \/srv\/cow\/nocow.img.*copy: true/);
  });

  test('an image that is replaced while its task is open: what is shown stays', () => {
    expect(run.call('whole').status).toBe(0);
    expect(run.stdout).toBe('first\n');
    expect(run.call('whole-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });
});
