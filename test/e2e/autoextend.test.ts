import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

const start = `. "$REPO/test/lab/guest/break.bash"
watchers() { pgrep -f '^holdstill watch'; }
# silent_for MINUTES: as if nobody had watched for so long
silent_for() { touch -d "$1 minutes ago" /run/holdstill/.watch; }
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
      ls -l /proc/$pid/fd | grep -v '/run/holdstill/.watch$' | grep -E '/(dev/(pts|vg0|dm)|mnt|run|var/lib/holdstill)|pipe:.*[012] ->' ; readlink /proc/$pid/cwd
      node=$(readlink /proc/$pid/exe)
      change 6; until_true 20 larger 8 || echo 'not extended'
      sleep 2; change 5; until_true 20 larger 12 || echo 'not extended again'
      lvs --noheadings -o seg_monitor vg0/$(snapshot_of t)
      call status $HOLDSTILL status t
      call good $POST t; until_true 5 no_watcher || echo 'it still watches'; same extended quickly

      # one for all tasks, until the last is closed; one look that fails is one look that failed
      rm -f /srv/data/[0-9]*; $PRE t >/dev/null; $PRE other >/dev/null; sleep 2; watchers | wc -l; $POST other >/dev/null; sleep 1; watchers | wc -l
      cp /usr/sbin/dmsetup /run/dmsetup; printf '#!/bin/sh\n[ -e /run/failed ] || { : >/run/failed; exit 1; }\nexec /run/dmsetup "$@"\n' >/run/once; chmod 755 /run/once
      mount --bind /run/once /usr/sbin/dmsetup; until_true 20 test -e /run/failed || echo 'nobody looked'; sleep 1; umount /usr/sbin/dmsetup
      change 6; until_true 20 larger 8 || echo 'one failed look ended the watch'
      # a killed one: status and post say it, recover --boot starts another, and so does the next hook
      kill -9 $(watchers); silent_for 10; call alone $HOLDSTILL status t; call boot $HOLDSTILL recover --boot; until_true 10 watches || echo 'not started again'
      sleep 2; kill -9 $(watchers); $PRE other >/dev/null; until_true 10 watches || echo 'not started by the next hook'; $POST other >/dev/null
      kill -9 $(watchers); silent_for 20; call killed $POST t; same killed quickly
      rm -f /srv/data/[0-9]*; $PRE off >/dev/null; sleep 2; watchers; change 10; call off $POST off; same off quickly

      # another run of the task
      $PRE t >/dev/null; sleep 2; $PRE t >/dev/null; sleep 2; watchers | wc -l; $POST t >/dev/null
      # no caller can make a hook a watcher
      HOLDSTILL_ORDER='watch 0 t' $PRE t | tail -n 1 | cut -c 1-10; $POST t | sed -n 2p | cut -c 1-18
      # Node.js can't be started any more (a bind mount hides it): the task is opened all the same
      mv /usr/bin/mount /usr/bin/mount.real; printf '#!/bin/sh\n/usr/bin/mount.real --bind /dev/null %s; exec /usr/bin/mount.real "$@"\n' $node >/usr/bin/mount
      chmod 755 /usr/bin/mount; call unwatched $PRE t; mv /usr/bin/mount.real /usr/bin/mount; umount $node; $POST t >/dev/null
      killall -q dmeventd; same end`,
      { world: 'vg vg0 150M\n  lv data 64M ext4 /srv/data\n  lv other 16M ext2', timeoutMs: 300_000 },
    );
    expect(run.stdout.split('\n').map((line) => line.trim())).toEqual([
      '/',
      'not monitored',
      // One for two tasks and for one; nobody where it is off; one of a task that was opened twice.
      '1',
      '1',
      '1',
      'ready',
      'verdict   good:',
      '',
    ]);
    expect(run.call('plan').stdout.replaceAll(/[\s│]+/g, ' ')).toMatch(
      /autoextend: when it is 70 % full, by 50 % .* while vg0 has room: 68\.0 MiB/,
    );
    expect(run.call('status').stdout).toMatch(/% of 20\.0 MiB, extended from 8\.0 MiB/);
    expect(run.call('good').stdout).toMatch(/verdict +good: .* % of 20\.0 MiB used, extended from 8\.0 MiB/);
    expect(run.call('alone').stdout).toMatch(
      /no process has watched it for 10 min, so it is not extended; type: holdstill recover/,
    );
    expect(run.call('boot')).toMatchObject({ status: 0, stdout: '' });
    expect(run.call('killed').stdout).toMatch(/verdict +good: .* MiB used/);
    expect(run.call('killed').stdout).toMatch(
      /note +for (29|3\d) min no process watched the snapshots, so none was extended/,
    );
    expect(run.call('good').stdout).not.toContain('nobody');
    expect(run.call('off').status).toBe(5);
    expect(run.call('unwatched').stdout).toMatch(/note +snapshots will not be extended: \S+node\S* can't be started/);
    expect(run.call('unwatched').status).toBe(0);
  });

  test('goes on where systemd ends all that the hook of a job has started', async () => {
    const run = await inLab(
      `${start}
      configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
Y
      mark
      # an EMULATION of systemd-run: it starts a program in a control group of its own, and ends
      mkdir -p /run/systemd/system /run/cg; mount -t cgroup2 none /run/cg; mkdir /run/cg/job /run/cg/system.slice
      cat >/usr/bin/systemd-run <<'S'
#!/bin/bash
echo "$*" >"$LAB_DIRECTORY/systemd-run"
while [ "$1" != -- ]; do case $1 in --unit=*) unit=\${1#*=} ;; --setenv=*) env+=("\${1#*=}") ;; esac; shift; done
shift; mkdir "/run/cg/system.slice/$unit.service"
setsid --fork sh -c 'echo $$ >"/run/cg/system.slice/$0.service/cgroup.procs"; exec "$@"' "$unit" env -i "\${env[@]}" "$@" <>/dev/null >&0 2>&0
S
      sed -i "s,.LAB_DIRECTORY,$LAB," /usr/bin/systemd-run; chmod 755 /usr/bin/systemd-run
      in_job() { sh -c 'echo $$ >/run/cg/job/cgroup.procs; exec "$@"' sh "$@"; }
      of_watcher() { sed 's,^0::/,,; s,watch-[0-9a-f]*,watch-ID,' "/proc/$(watchers)/cgroup"; }
      in_job $PRE t >/dev/null; until_true 10 watches; sleep 1; of_watcher
      kill -9 $(cat /run/cg/job/cgroup.procs) 2>/dev/null; sleep 1; watchers | wc -l; $POST t >/dev/null; until_true 5 no_watcher
      printf '#!/bin/sh\nexit 1\n' >/usr/bin/systemd-run; in_job $PRE t >/dev/null; until_true 10 watches; sleep 1; of_watcher; $POST t >/dev/null
      rm -r /usr/bin/systemd-run /run/systemd/system; until_true 5 no_watcher; rmdir /run/cg/system.slice/*/ 2>/dev/null; umount /run/cg
      same end`,
      { world: 'vg vg0 150M\n  lv data 64M ext4 /srv/data', timeoutMs: 200_000 },
    );
    // In a group of its own; it lives on; in that of the hook where systemd fails.
    expect(run.stdout.split('\n')).toEqual(['system.slice/holdstill-watch-ID.service', '1', 'job', '']);
    expect(run.files('systemd-run')).toMatch(
      /^--quiet --collect --unit=holdstill-watch-\w+ --description=.* --setenv=HOLDSTILL_ORDER=watch -- \/\S*node -e /,
    );
  });
});
