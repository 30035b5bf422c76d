import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

const start = '. "$REPO/test/lab/guest/break.bash"\n';

describeLab('the verdict', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
  p: {path: /srv/data/below}
  thin: {lv: vg0/thin1}
Y
      mkdir /srv/data/below /srv/butter; lvchange -qq --errorwhenfull y vg0/tp; mark
      $PRE t >/dev/null; call good $POST t; same good quickly
      $PRE t >/dev/null; dd if=/dev/urandom of=/srv/data/big bs=1M count=20 conv=fsync status=none
      call overflow $REPO/dist/sesam/sbc_post SC1 t F; rm /srv/data/big; same overflow quickly
      $PRE t >/dev/null; umount /mnt/t; lvremove -qq -y vg0/$(snapshot_of t); call gone $POST t; same gone quickly
      $PRE t >/dev/null; umount /mnt/t; call unmounted $REPO/dist/bacula/run-after t; same unmounted quickly
      $PRE t >/dev/null; umount /mnt/t; # The kernel gives the id of a mount that is gone to the next one, which must be another for this to be seen.
      mount -t tmpfs none /srv/butter; mount -o ro /dev/vg0/$(snapshot_of t) /mnt/t; umount /srv/butter
      call remounted $POST t; same remounted quickly
      $PRE p >/dev/null; umount /run/holdstill/p; call bind-gone $POST p; same 'bind gone' quickly
      $PRE thin >/dev/null; call thin-good $POST thin; same thin quickly
      $PRE thin >/dev/null; dd if=/dev/urandom of=/dev/vg0/thin1 bs=1M oflag=direct status=none 2>/dev/null
      call thin-full $POST thin
      lvs -a --noheadings -o lv_name vg0 | grep -c hs\\. `,
      { world: WORLD, timeoutMs: 200_000 },
    );
  });

  test('is good, with status 0, if all was well', () => {
    for (const name of ['good', 'thin-good']) {
      expect(run.call(name)).toMatchObject({ status: 0, stderr: '' });
      expect(run.call(name).stdout).toMatch(/verdict +good: 1 snapshot valid/);
    }
    expect(run.stdout).toBe('0\n');
  });

  test.each([
    [
      'overflow',
      1,
      /STATUS:ERROR \{THIS BACKUP MAY BE BAD: vg0\/data: snapshot overflowed \(8\.0 MiB were not enough\)/,
    ],
    ['gone', 5, /BAD: vg0\/data: its snapshot is gone/],
    ['unmounted', 5, /ERROR: THIS BACKUP MAY BE BAD: vg0\/data: its mount at \/mnt\/t went away/],
    ['remounted', 5, /BAD: vg0\/data: its mount at \/mnt\/t went away/],
    ['bind-gone', 5, /BAD: vg0\/data: its mount at \/run\/holdstill\/p went away/],
    ['thin-full', 5, /BAD: vg0\/thin1: thin pool vg0\/tp has a problem: .*\(data 100/],
  ] as const)('is bad after: %s; and all is removed', (name, status, reason) => {
    const call = run.call(name);
    expect(call.stdout + call.stderr).toMatch(reason);
    expect(call.stdout).toContain('nothing is left');
    expect(call.status).toBe(status);
  });
});

const WORLD = `vg vg0 600M
  lv data 48M ext4 /srv/data
  lv win 32M ntfs
  lv a 16M ext2
  lv b 16M ext2
  pool tp 40M
    lv thin1 64M ext2`;

describeLab('somebody else', () => {
  test('who reads the mount keeps it: he is named; when he is gone, recover ends it', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 16M}
Y
      mark
      $PRE t >/dev/null; (cd /run/holdstill/t && exec sleep 90) & sleep 0.3
      call busy-pre $PRE t; call busy-recover $HOLDSTILL recover t; call busy $POST t; call busy-again $HOLDSTILL recover
      kill $!; wait $! 2>/dev/null; call free $HOLDSTILL recover; same end`,
      { world: 'vg vg0 200M\n  lv data 48M ext4 /srv/data' },
    );
    expect(run.stdout).toBe('');
    for (const name of ['busy-pre', 'busy-recover', 'busy-again']) {
      expect(run.call(name)).toMatchObject({ status: 4 });
      expect(run.call(name).stderr).toMatch(/in use by sleep \(\d+\)/);
    }
    const { status, stdout } = run.call('busy');
    expect(stdout).toMatch(/left +mount \/run\/holdstill\/t: in use by sleep \(\d+\) +\(umount \/run\/holdstill\/t\)/);
    expect(status).toBe(3);
    expect(run.call('free')).toMatchObject({ status: 0 });
  });
});

describeLab('hooks', () => {
  test('let go of what they inherit: a pipe ends with the hook, though ntfs-3g goes on', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  win: {lv: vg0/win, size: 16M}
Y
      mark
      # a monitor of LVM's own stays as well
      sed -i 's/monitoring=0/monitoring=1/' /etc/lvm/lvm.conf
      mkfifo /run/inherited
      for fd in 1 3 9 63; do
        # cat ends when nobody holds the other end any more
        eval "timeout 20 cat /run/inherited >/dev/null & $REPO/dist/sesam/sbc_pre win $fd>/run/inherited"  >/dev/null
        wait $! || echo "descriptor $fd is still open somewhere"
        [ $fd != 3 ] || { pgrep -x mount.ntfs-3g >/dev/null || pgrep ntfs-3g >/dev/null || echo 'no ntfs-3g was running'; }
        $REPO/dist/sesam/sbc_post win >/dev/null
      done
      timeout 20 $REPO/dist/sesam/sbc_pre win | tail -n 1
      timeout 20 $REPO/dist/sesam/sbc_post win | tail -n 1
      killall -q dmeventd; same end`,
      { world: WORLD },
    );
    expect(run.stdout).toBe('STATUS:OK\nSTATUS:OK\n');
  });
});
