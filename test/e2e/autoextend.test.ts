import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

const start = `. "$REPO/test/lab/guest/break.bash"
watchers() { pgrep -f '^holdstill watches'; }
no_watcher() { ! watchers >/dev/null; }
watches() { watchers >/dev/null; }
# change MIB: that much of the origin
change() { dd if=/dev/urandom "of=/srv/data/$SECONDS" bs=1M count=$1 conv=fsync status=none; }
larger() { [ "$(lvs --noheadings --nosuffix --units m -o lv_size vg0/$(snapshot_of t) | cut -d . -f 1)" -gt "$1" ]; }
`;

describeLab('a snapshot that fills up', () => {
  test('is extended in time while the task is open, and nobody is left who watches it', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
  other: {lv: vg0/other, size: 8M}
  off: {lv: vg0/data, size: 8M, autoextend: false}
Y
      mark
      sed -i 's/monitoring=0/monitoring=1/' /etc/lvm/lvm.conf # what is extended must not be monitored afterwards
      call plan $HOLDSTILL plan t
      call pre $PRE t; until_true 10 watches || echo 'nobody watches'
      sleep 2 # it has read the journal, and let go of it
      # detached: its own session, no descriptor but /dev/null and its own
      pid=$(watchers); [ "$(ps -o sid= -p $pid)" -eq $pid ] || echo 'it is in our session'
      ls -l /proc/$pid/fd | grep -E '/(dev/(pts|vg0|dm)|mnt|run|var/lib/holdstill)|pipe:.*[012] ->' ; readlink /proc/$pid/cwd
      node=$(readlink /proc/$pid/exe)
      change 6; until_true 20 larger 8 || echo 'not extended'
      sleep 2; change 5; until_true 20 larger 12 || echo 'not extended again'
      lvs --noheadings -o seg_monitor vg0/$(snapshot_of t)
      call status $HOLDSTILL status t
      call good $POST t; until_true 5 no_watcher || echo 'it still watches'; same extended quickly

      # of two it is the one whose task is closed that ends; a killed one is missed by nobody
      rm -f /srv/data/[0-9]*; $PRE t >/dev/null; $PRE other >/dev/null; sleep 2; watchers | wc -l; $POST other >/dev/null; sleep 1; watchers | wc -l
      kill -9 $(watchers); change 5; call killed $POST t; same killed quickly
      rm -f /srv/data/[0-9]*; $PRE off >/dev/null; sleep 2; watchers; change 10; call off $POST off; same off quickly

      # another run of the task: the first one's watcher goes
      $PRE t >/dev/null; sleep 2; $PRE t >/dev/null; sleep 2; watchers | wc -l; $POST t >/dev/null
      # no caller can make a hook a watcher
      HOLDSTILL_ORDER='watch 0 t' $PRE t | tail -n 1 | cut -c 1-10; $POST t | sed -n 2p | cut -c 1-18
      # Node.js can't be started any more (a bind mount hides it): the task is opened all the same
      mv /usr/bin/mount /usr/bin/mount.real; printf '#!/bin/sh\n/usr/bin/mount.real --bind /dev/null %s; exec /usr/bin/mount.real "$@"\n' $node >/usr/bin/mount
      chmod 755 /usr/bin/mount; call unwatched $PRE t; mv /usr/bin/mount.real /usr/bin/mount; umount $node; $POST t >/dev/null
      killall -q dmeventd; same end`,
      { world: 'vg vg0 150M\n  lv data 64M ext4 /srv/data\n  lv other 16M ext2', timeoutMs: 200_000 },
    );
    expect(run.stdout.split('\n').map((line) => line.trim())).toEqual([
      '/',
      'not monitored',
      // Two tasks and then one; nobody where it is off; one of a task that was opened twice.
      '2',
      '1',
      '1',
      'ready',
      'verdict   good:',
      '',
    ]);
    expect(run.call('plan').stdout).toMatch(
      /autoextend:\s+when it is 70 % full, by 50 % .* while vg0 has room: 68\.0 MiB/,
    );
    expect(run.call('status').stdout).toMatch(/% of 20\.0 MiB, extended from 8\.0 MiB/);
    expect(run.call('good').stdout).toMatch(/verdict +good: .* % of 20\.0 MiB used, extended from 8\.0 MiB/);
    expect(run.call('killed').stdout).toMatch(/verdict +good: .* of 8\.0 MiB used$/m);
    expect(run.call('off').status).toBe(5);
    expect(run.call('unwatched').stdout).toMatch(/note +no snapshot will be extended: \S+node\S* can't be started/);
    expect(run.call('unwatched').status).toBe(0);
  });
});
