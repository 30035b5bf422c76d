import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { describeLab } from './describe.ts';
import { inLab, wholeScript } from './run.ts';

describeLab('a guest', () => {
  test('gives back what a script says, writes, calls and ends with', async () => {
    const run = await inLab(`
      echo out; echo err >&2
      echo text >"$LAB/note"
      call good echo well
      call bad ls /nowhere
      touch /usr/holdstill-was-here
      exit 7`);
    expect(run).toMatchObject({ status: 7, stdout: 'out\n', stderr: 'err\n' });
    expect(run.files('note')).toBe('text\n');
    expect(run.call('good')).toMatchObject({ status: 0, stdout: 'well\n', stderr: '' });
    expect(run.calls['bad']).toMatchObject({ status: 2, stderr: expect.stringContaining('/nowhere') as string });
    expect(() => run.call('ugly')).toThrow('no `call ugly` ended in the guest; there is: ');
    expect(existsSync('/usr/holdstill-was-here')).toBe(false);
  });

  test('that hangs is killed, and one that crashes is distinguished from one that ends', async () => {
    const [hung, crashed] = await Promise.all([
      inLab('echo started; sleep 60', { timeoutMs: 3000 }),
      inLab('echo started; power_cut'),
    ]);
    expect(hung).toMatchObject({ status: 124, stdout: 'started\n', stderr: 'lab: timed out after 3000 ms\n' });
    expect(crashed).toMatchObject({ status: 125, stdout: 'started\n' });
  });
});

describeLab('a world', () => {
  test('overflows a thick snapshot, which LVM then calls invalid', async () => {
    const { stdout } = await inLab(
      `
      lvcreate -qq -s -L 8M -n snap vg0/data
      lvs --noheadings -o lv_snapshot_invalid vg0/snap
      dd if=/dev/urandom of=/srv/data/more bs=1M count=20 conv=fsync status=none
      lvs --noheadings -o lv_snapshot_invalid vg0/snap`,
      { world: 'vg vg0 200M\n  lv data 64M ext4 /srv/data' },
    );
    expect(stdout.split('\n').map((line) => line.trim())).toEqual(['', 'snapshot invalid', '']);
  });

  test('takes a thin snapshot, and nothing is left of it afterwards', async () => {
    const run = await inLab(
      `
      picture >"$LAB/before"
      lvcreate -qq -s -kn -n snap vg0/thin1
      mount -o ro /dev/vg0/snap /mnt
      call tree check_static /mnt thin1
      umount /mnt
      lvremove -qq --yes vg0/snap
      picture >"$LAB/after"`,
      { world: 'vg vg0 200M\n  pool tp 100M\n    lv thin1 64M ext4' },
    );
    expect(run.call('tree')).toMatchObject({ status: 0 });
    expect(run.files('after')).toBe(run.files('before'));
  });

  test('has a guest that writes at byte 32256 of its disk: the snapshot holds exactly that instant', async () => {
    const run = await inLab(
      `
      until_true 30 eval '[ "$(written disk/p1 | wc -l)" -gt 20 ]'
      written disk/p1 >"$LAB/due"
      lvcreate -qq -s -L 32M -n snap vg0/disk
      written disk/p1 >"$LAB/due-later"
      loop=$(losetup -f --show -o 32256 --sizelimit 83886080 /dev/vg0/snap)
      call features dumpe2fs -h "$loop"
      mount -t ext3 -o ro "$loop" /mnt
      call instant check_written /mnt "$LAB/due" "$LAB/due-later"
      call tree check_static /mnt disk/p1
      echo damage >/guest/disk/p1/written/000001
      call origin check_written /guest/disk/p1 "$LAB/due"
      umount /mnt; losetup -d "$loop"
      stop_writers`,
      { world: 'vg vg0 300M\n  lv disk 128M mbr\n    p1 32256B+80M ext3 writer\n    p5 logical swap' },
    );
    expect(run.call('features').stdout).toContain('needs_recovery');
    expect(run.call('instant')).toMatchObject({ status: 0, stdout: expect.stringContaining('all whole') as string });
    expect(run.call('tree')).toMatchObject({ status: 0 });
    expect(run.call('origin')).toMatchObject({ status: 1, stdout: 'file 000001 has another content\n' });
    expect(run.status).toBe(0);
  });

  test('has guests on thick and thin volumes whose snapshots are all whole', async () => {
    const { stdout } = await inLab(
      `
      for lv in a b c d e; do written $lv >$LAB/due.$lv; done
      { printf 'lvcreate -y -s -L 40M -n s%s vg0/%s\\n' a a b b e e; printf 'lvcreate -y -kn -s -n s%s vg0/%s\\n' c c d d; } | lvm >/dev/null 2>&1
      for lv in a b c d e; do written $lv >$LAB/later.$lv; done
      stop_writers
      umount /guest/e && losetup --associated /dev/vg0/e -O NAME -n | xargs losetup -d   # btrfs can't be there twice
      for lv in a b c d e; do
        type=$(blkid -p -s TYPE -o value /dev/vg0/s$lv); nouuid=; [ $type != xfs ] || nouuid=,nouuid
        mount -t $type -o ro$nouuid /dev/vg0/s$lv /mnt
        check_written /mnt $LAB/due.$lv $LAB/later.$lv >&2 && check_static /mnt $lv
        umount /mnt
      done`,
      {
        world: `vg vg0 1G
          lv a 64M ext4 writer
          lv b 64M xfs writer
          lv e 64M btrfs writer
          pool tp 300M
            lv c 64M ext4 writer
            lv d 64M xfs writer`,
      },
    );
    expect(stdout).toBe(['a', 'b', 'c', 'd', 'e'].map((name) => `static tree of ${name} is whole\n`).join(''));
  });

  test('has every file system that the kernel knows', async () => {
    const { status, stdout, stderr } = await inLab('blkid -s TYPE -o value -p /dev/vg0/*; picture | grep -c guest', {
      world: `vg vg0 800M
        lv a 32M ext2
        lv b 64M btrfs writer
        lv c 64M xfs writer
        lv d 20M vfat
        lv e 20M ntfs
        lv f 20M swap
        lv g 32M gpt
          p1 10M vfat
          p2 rest ext4 writer`,
    });
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'ext2\nbtrfs\nxfs\nvfat\nntfs\nswap\n3\n',
      stderr: '',
    });
  });
});

describeLab('Bacula in the guest', () => {
  test('saves, restores, and fails a job whose before script fails', async () => {
    const job = { after: "sh -c 'echo after %n %e >>/lab/hooks'", files: ['/srv/x'] };
    const run = await inLab(
      `
      mkdir -p /srv/x; echo text >/srv/x/file
      read -r good status < <(job_run in.zekjur.net); echo "$status"
      job_restore "$good" /restore | cut -d ' ' -f 2
      cat /restore/srv/x/file
      read -r bad status < <(job_run bad); echo "$status"
      slow=$(job_start slow); until_true 20 test -e /lab/slow; job_cancel "$slow"; job_wait "$slow"
      call log job_log "$good"`,
      {
        bacula: [
          { ...job, name: 'in.zekjur.net', before: 'echo before %n' },
          { ...job, name: 'bad', before: 'false' },
          { ...job, name: 'slow', before: "sh -c 'touch /lab/slow; sleep 3'" },
        ],
      },
    );
    expect(run.stdout).toBe('T\nT\ntext\nf\nA\n');
    expect(run.call('log').stdout).toContain('before in.zekjur.net');
    expect(run.files('hooks')).toContain('after bad Error\n');
  });
});

describe('the guard', () => {
  test('refuses to make a world outside a guest', () => {
    const script = wholeScript('echo reached', { world: 'vg vg0 200M\n  lv data 64M raw' });
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOLDSTILL_LAB: 'guest', LAB: '/nonexistent' };
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { env, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 98, stdout: '' });
    expect(stderr).toBe('lab: not in the guest (this kernel is not User-Mode Linux); nothing was touched\n');
  });
});
