import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('an LVM that others hold up, and a disk that fails below a snapshot', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `. "$REPO/test/lab/guest/break.bash"
      truncate -s 100M /dev/shm/more1 /dev/shm/more2; one=$(losetup -f --show /dev/shm/more1); two=$(losetup -f --show /dev/shm/more2)
      sed -i "s# filter=[^}]*# filter=[\\"r|^$two$|\\"]#" /etc/lvm/lvm.conf
      table() { dmsetup suspend disk2; dmsetup load disk2 --table "0 204800 $1"; dmsetup resume disk2; }
      DM_DISABLE_UDEV=1 dmsetup create disk2 --table "0 204800 linear $two 0"; vgcreate -qq vg1 $one; lvcreate -qq -y -L 16M -n origin vg1
      lvcreate -qq -y -l 100%FREE -n rest vg1; vgextend -qq vg1 /dev/mapper/disk2; mkfs.ext4 -q /dev/vg1/origin; mkdir /srv/origin; mount /dev/vg1/origin /srv/origin
      configure <<'Y'
tasks:
  quick: {lv: vg0/data, size: 8M, timeout: 9s}
  patient: {lv: vg0/data, size: 8M, timeout: 30s}
  full: {lv: vg1/origin, size: full}
Y
      mark
      # Whoever took the lock is gone: it is held by who inherited it.
      hold() { flock /run/lock/lvm/V_vg0 -c "sleep $1 & exit" 2>/dev/null; }
      hold 12; call locked $PRE quick; until_true 20 flock -n /run/lock/lvm/V_vg0 true; same locked quickly
      call pre $PRE patient; hold 21; call post $POST patient; until_true 40 flock -n /run/lock/lvm/V_vg0 true; same post quickly
      call full $PRE full; table error; dd if=/dev/urandom of=/srv/origin/x bs=1M count=2 conv=fsync status=none; table "linear $two 0"
      call lost $POST full; same lost quickly`,
      { world: `vg vg0 40M\n  lv data 16M ext4 /srv/data`, timeoutMs: 200_000 },
    );
  }, 600_000);

  test('who holds its lock is named, also where whoever took it is gone', () => {
    expect(run.call('locked').status).toBe(1);
    expect(run.call('locked').stderr).toMatch(
      /lvm lvs waited .* for the lock \/run\/lock\/lvm\/V_vg0, held by sleep \(\d+\); try again/,
    );
  });

  test('a look that had to wait for it is no proof of bad data', () => {
    expect(run.call('pre')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('post')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('post').stdout).toMatch(/verdict +good[^]*nothing is left/);
  });

  test('a snapshot with room for all that a disk lost was not full', () => {
    expect(run.call('full')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('lost').status).toBe(5);
    expect(run.call('lost').stdout).toMatch(/BAD: vg1\/origin: snapshot lost \(.*\) by an error of the disk/);
    expect(run.call('lost').stdout).not.toMatch(/overflowed|larger/);
    expect(run.stdout).toBe('');
  });
});
