import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const TOLD = /note +links in the mounts are not kept from leading elsewhere: util-linux 2\.34 is too old for that/;

describeLab('older versions of util-linux (emulated)', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"; . "$REPO/test/lab/guest/old-util-linux.emulation.bash"
      btrfs -q subvolume create /srv/data/sub; sync
      configure <<'Y'
tasks:
  guest: {lv: vg0/ext, size: 8M}
  checked: {lv: vg0/xfs, size: 8M, check: true}
  windows: {lv: vg0/win, size: 8M}
  hostile: {lv: vg0/ext, size: 8M, trust: hostile}
  host: {lv: vg0/ext, size: 8M, trust: host}
  subvolume: {subvolume: /srv/data/sub}
Y
      mark
      cycle() { call $1-$2 $PRE $2; findmnt --noheadings -o VFS-OPTIONS /run/holdstill/$2 | sed "s/^/$1 $2: /"; call $1-$2-post $POST $2; same $1 $2 quickly; }
      old_util_linux 2.34; for task in guest checked windows hostile host; do cycle 2.34 $task; done
      old_util_linux 2.23.2; cycle 2.23.2 subvolume
      old_util_linux 2.38; echo noexec >/run/old/lost; for task in guest hostile; do cycle lost $task; done`,
      {
        world: 'vg vg0 300M\n  lv ext 16M ext4\n  lv xfs 32M xfs\n  lv win 16M ntfs\n  lv data 110M btrfs /srv/data',
        modules: ['loop', 'dm-snapshot', 'fuse'],
      },
    );
  }, 300_000);

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
      '2.23.2 subvolume: ro,nosuid,nodev',
    ]);
    for (const task of ['guest', 'checked', 'windows', 'hostile']) {
      expect(run.call(`2.34-${task}`), `of ${task}`).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(`2.34-${task}`).stdout, `of ${task}`).toMatch(TOLD);
      expect(run.call(`2.34-${task}-post`).stdout, `of ${task}`).toMatch(/verdict +good[^]*nothing is left/);
    }
    expect(run.call('2.34-host').stdout).not.toMatch(/links/);
    expect(run.call('2.23.2-subvolume')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('2.23.2-subvolume-post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test.each(['guest', 'hostile'])('a mount that has not the flags that it was to have is none (%s)', (task) => {
    expect(run.call(`lost-${task}`).status).toBe(1);
    expect(run.call(`lost-${task}`).stderr).toMatch(
      /vg0\/ext: ext4 was mounted at \/run\/holdstill\/\w+ without noexec/,
    );
  });
});
