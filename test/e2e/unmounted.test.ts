import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

const start = `. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/e2e/guest.bash"
`;
const MARKER = 'HOLDSTILL-NOT-MOUNTED';

describeLab('a snapshot that dmeventd unmounts in mid-backup', () => {
  test('is told from an empty directory, and no product reports success', async () => {
    const run = await inLab(
      `${start}
      sep_install
      configure <<'Y'
version: 1
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
Y
      mark
      # As lvm2-monitor.service does when it is started again.
      sed -i 's/monitoring=0/monitoring=1/' /etc/lvm/lvm.conf
      unmounted() {
        vgchange -qq --monitor y vg0
        dd if=/dev/urandom of=/srv/data/big bs=1M count=20 conv=fsync status=none
        until_true 30 not_there /proc/self/../../mnt/t/hello.txt
        findmnt /mnt/t; cp /mnt/t/${MARKER} "$LAB/$1"; rm /srv/data/big
      }
      sep_backup sep t /mnt/t unmounted sep-marker; tar -tf /dev/shm/sep.tar; same sesam quickly
      $PRE t >/dev/null; unmounted marker; call generic $POST t; same generic quickly
      call run $HOLDSTILL run t -- bash -c "$(declare -f unmounted not_there until_true); LAB=$LAB; unmounted run-marker; tar -C {mount} -cf /dev/null ."
      killall -q dmeventd; same end`,
      { world: 'vg vg0 200M\n  lv data 48M ext4 /srv/data', timeoutMs: 200_000 },
    );
    expect(run.stdout.split('\n').toSorted()).toEqual(['', './', `./${MARKER}`]);
    expect(run.call('sep-saved')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('sep-post').stdout).toMatch(
      /^STATUS:ERROR \{THIS BACKUP MAY BE BAD: vg0\/data: snapshot overflowed/m,
    );
    expect(run.call('generic').status).toBe(5);
    expect(run.call('generic').stderr).toContain('its mount at /mnt/t went away');
    expect(run.call('run').status).toBe(5);
    for (const name of ['sep-marker', 'marker', 'run-marker'])
      expect(run.files(name)).toMatch(/That mount has gone away/);
  });
});

describeLab('the file beneath a mount', () => {
  test('is there under every mount while the task is open, and nothing else is ever removed in its place', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
version: 1
tasks:
  vm: {lv: vg0/vm, mount: /mnt/vm}
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
  far: {lv: vg0/data, size: 8M, mount: /srv/far/deep/t}
Y
      mkdir -p /srv/far/deep; mark
      call plan $HOLDSTILL plan vm
      $PRE vm >/dev/null; ls /mnt/vm/p1 | grep NOT; umount /mnt/vm/p1; ls /mnt/vm/p1
      (cd /mnt/vm/p2 && exec sleep 90) & sleep 0.3
      call busy $POST vm; kill $!; wait $! 2>/dev/null; call free $HOLDSTILL recover; same partitions quickly
      marker=/mnt/t/${MARKER}
      foreign() { # foreign NAME COMMAND...: what the command makes in the marker's place stays, and is told of
        local name=$1; shift
        $PRE t >/dev/null; umount /mnt/t; mv $marker /run/kept; "$@"; ls -l $marker >/run/there
        call "$name" timeout 60 $POST t
        ls -l $marker | cmp - /run/there || echo "$name: it was changed"
        rm -r $marker; cp -p /run/kept $marker; $HOLDSTILL recover >/dev/null; same "$name" quickly
      }
      longer() { cp /run/kept $marker; echo more >>$marker; }
      foreign edited longer
      foreign link ln -s /run/kept $marker
      foreign directory mkdir $marker
      foreign pipe mkfifo $marker
      foreign owner install -o 1 /run/kept $marker
      $PRE t >/dev/null; umount /mnt/t; : >/mnt/t/${MARKER}; $POST t >/dev/null; same 'half written' quickly
      $PRE t >/dev/null; umount /mnt/t; rm /mnt/t/${MARKER}; $POST t >/dev/null; same 'gone' quickly
      # its mount point is on a file system that is not mounted now, as at the beginning of a start
      $PRE far >/dev/null; umount /srv/far/deep/t /srv/far; call away $HOLDSTILL recover far
      mount /dev/vg0/far /srv/far; call back $HOLDSTILL recover; ls -A /srv/far/deep; same 'far' quickly`,
      {
        world:
          'vg vg0 220M\n  lv data 16M ext4\n  lv far 16M ext4 /srv/far\n  lv vm 48M mbr\n    p1 16M ext4\n    p2 16M ext2',
        timeoutMs: 200_000,
      },
    );
    expect(run.stdout).toBe(`${MARKER}\n`);
    expect(run.call('plan').stdout).toContain(`(writes /mnt/vm/p1/${MARKER})`);
    expect(run.call('busy').stdout).toMatch(
      /left +file \/mnt\/vm\/p2\/HOLDSTILL-NOT-MOUNTED: still needed by mount \/mnt\/vm\/p2/,
    );
    expect(run.call('free').status).toBe(0);
    expect(run.call('away').status).toBe(3);
    expect(run.call('away').stdout).toMatch(
      /left +file \/srv\/far\/deep\/t\/HOLDSTILL-NOT-MOUNTED: \/srv\/far\/deep is not the directory that it was made in; is a file system not mounted\? +\(bring it back/,
    );
    expect(run.call('back')).toMatchObject({ status: 0, stderr: '' });
    for (const name of ['edited', 'link', 'directory', 'pipe', 'owner']) {
      expect(run.call(name).status, `of ${name}`).toBe(5);
      expect(run.call(name).stdout).toMatch(
        /left +file \/mnt\/t\/HOLDSTILL-NOT-MOUNTED: it is not the file .*find out who owns it/,
      );
    }
  });
});
