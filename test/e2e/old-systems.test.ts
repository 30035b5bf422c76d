import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const TOLD = /note +links in the mounts can lead outside of the mount: util-linux 2\.34 is too old for that/;

describeLab('older versions of util-linux (emulated)', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"; . "$REPO/test/lab/guest/old-util-linux.emulation.bash"
      btrfs -q subvolume create /srv/data/sub; truncate -s 8M /srv/data/copied.img; mkfs.ext4 -q /srv/data/copied.img; chattr +C /srv/data; cat /srv/data/copied.img >/srv/data/x; mv /srv/data/x /srv/data/copied.img
      (umask 077; printf secret >/etc/holdstill.key); cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 /dev/vg0/locked /etc/holdstill.key
      cryptsetup open --key-file /etc/holdstill.key /dev/vg0/locked locked; mkfs.ext4 -q /dev/mapper/locked; dmsetup remove --retry locked; sync
      configure <<'Y'
tasks:
  guest: {lv: vg0/ext, size: 8M}
  checked: {lv: vg0/xfs, size: 8M, check: true}
  windows: {lv: vg0/win, size: 8M}
  hostile: {lv: vg0/ext, size: 8M, trust: hostile}
  host: {lv: vg0/ext, size: 8M, trust: host}
  subvolume: {subvolume: /srv/data/sub}
  image: {file: /srv/data/copied.img, copy: true}
  locked: {lv: vg0/locked, size: 8M, keys: [/etc/holdstill.key]}
  twins: {each: {lv: vg0/twin*}, size: 4M}
Y
      mark
      cycle() { call $1-$2 $PRE $2; findmnt --noheadings -o VFS-OPTIONS /run/holdstill/$2\${3:+/$3} | sed "s/^/$1 $2: /"; call $1-$2-post $POST $2; same $1 $2 quickly; }
      old_util_linux 2.34; for task in guest hostile; do call noted-$task $HOLDSTILL plan $task; done; for task in guest checked windows hostile host; do cycle 2.34 $task; done; cycle 2.34 twins twin2
      old_util_linux 2.23.2; old_cp; cycle 2.23.2 subvolume; cycle 2.23.2 image
      old_cryptsetup; cycle 2.23.2 locked
      old_util_linux 2.38; echo noexec >/run/old/lost; cycle lost hostile; cycle lost twins twin2
      without() { local tool; tool=$(command -v "$1"); mv "$tool" /run/away; call "plan-$1" $HOLDSTILL plan "$2"; [ $# -lt 3 ] || call "pre-$1" $PRE "$2"; mv /run/away "$tool"; same "without $1" quickly; }
      for task in checked windows hostile image; do call plan-$task $HOLDSTILL plan $task; done
      without mount.ntfs-3g windows too; without xfs_repair checked; without fuse2fs hostile; without losetup image`,
      {
        world:
          'vg vg0 300M\n  lv twin1 8M ext4\n  lv twin2 8M ext4\n  lv ext 16M ext4\n  lv xfs 32M xfs\n  lv win 16M ntfs\n  lv data 110M btrfs /srv/data\n  lv locked 16M raw',
        modules: ['loop', 'dm-snapshot', 'dm-crypt', 'fuse'],
        timeoutMs: 300_000,
      },
    );
  }, 600_000);

  test('what is known of flags is set, and what is not is told', () => {
    expect(
      run.stdout
        .replaceAll(/,relatime| +$/gm, '')
        .trim()
        .split('\n'),
    ).toEqual([
      '2.34 guest: ro,nosuid,nodev,noexec',
      '2.34 checked: ro,nosuid,nodev,noexec',
      '2.34 windows: ro,nosuid,nodev,noexec',
      '2.34 hostile: ro,nosuid,nodev,noexec',
      '2.34 host: ro,nosuid,nodev',
      '2.34 twins: ro,nosuid,nodev,noexec',
      '2.23.2 subvolume: ro,nosuid,nodev',
      '2.23.2 image: ro,nosuid,nodev,noexec',
      '2.23.2 locked: ro,nosuid,nodev,noexec',
    ]);
    for (const task of ['guest', 'checked', 'windows', 'hostile', 'twins']) {
      expect(run.call(`2.34-${task}`), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`2.34-${task}`).stdout, `of ${task}`).toMatch(TOLD);
      expect(run.call(`2.34-${task}-post`).stdout, `of ${task}`).toMatch(/verdict +good[^]*nothing is left/);
    }
    for (const task of ['guest', 'hostile']) {
      expect(run.call(`noted-${task}`), `of plan ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`noted-${task}`).stdout, `of plan ${task}`).toContain('links in the mounts can lead outside');
    }
    expect(run.call('2.34-host').stdout).not.toMatch(/links/);
    expect(run.call('2.23.2-subvolume')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('2.23.2-subvolume-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test.each([
    ['image', 'a cp that can not be told not to share blocks, a losetup that knows no sectors'],
    ['locked', 'a cryptsetup that knows its option by the old name only'],
  ])('%s: %s', (task) => {
    expect(run.call(`2.23.2-${task}`)).toMatchObject({ status: 0, stderr: '' });
    expect(run.call(`2.23.2-${task}-post`).stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test('a mount that has not the flags that it was to have is none', () => {
    expect(run.call('lost-hostile').status).toBe(1);
    expect(run.call('lost-hostile').stderr).toMatch(
      /vg0\/ext: ext4 was mounted at \/run\/holdstill\/\w+ without noexec/,
    );
    expect(run.call('lost-twins').stderr).toMatch(
      /vg0\/twin1: ext4 was mounted at \/run\/holdstill\/twins\/twin1 without noexec/,
    );
  });

  test('plan fails where an opening would for want of a program, and says which', () => {
    for (const task of ['checked', 'windows', 'hostile', 'image']) {
      expect(run.call(`plan-${task}`).status, `of ${task}`).toBe(0);
    }
    for (const [tool, text] of [
      ['mount.ntfs-3g', /vg0\/win: ntfs can't be mounted: it needs mount\.ntfs-3g \(type: apt-get install ntfs-3g\)/],
      ['xfs_repair', /vg0\/xfs: its check needs xfs_repair \(type: apt-get install xfsprogs\)/],
      ['fuse2fs', /vg0\/ext: ext4 can't be mounted: it needs fuse2fs \(type: apt-get install fuse2fs\)/],
      ['losetup', /needs? losetup \(type: apt-get install mount\)/],
    ] as const) {
      const { status, stdout, stderr } = run.call(`plan-${tool}`);
      expect(status, `of plan without ${tool}`).toBe(1);
      expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toMatch(text);
    }
    expect(run.call('pre-mount.ntfs-3g').status).toBe(1);
    expect(run.call('pre-mount.ntfs-3g').stderr).toContain('it needs mount.ntfs-3g (type: apt-get install ntfs-3g)');
  });
});
