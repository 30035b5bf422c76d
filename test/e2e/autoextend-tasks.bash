# Snapshots fill up under open tasks; the process that watches them fails, is killed, is missing.
. "$REPO/test/e2e/autoextend.words.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
  other: {lv: vg0/other, size: 8M}
  off: {lv: vg0/data, size: 8M, autoextend: false}
Y
mark

sed -i 's/monitoring=0/monitoring=1/' /etc/lvm/lvm.conf # what is extended must not be monitored afterwards
call plan "$HOLDSTILL" plan t

# A job that is over at once has none.
$PRE t >/dev/null
mv /var/lib/holdstill/t.journal /run
sleep 5
grep -c '"watching"' /var/log/holdstill/holdstill.log
mv /run/t.journal /var/lib/holdstill
$POST t >/dev/null
same short quickly

call pre "$PRE" t
until_true 20 watches || echo 'nobody watches'
sleep 2 # it has read the journal, and let go of it

# Detached: its own session, no descriptor but /dev/null and its own
pid=$(watchers)
[ "$(ps -o sid= -p "$pid")" -eq "$pid" ] || echo 'it is in our session'
# shellcheck disable=SC2010 # where the descriptors lead
ls -l "/proc/$pid/fd" | grep -v '/run/holdstill/.watch$' | grep -E '/(dev/(pts|vg0|dm)|mnt|run|var/lib/holdstill)|pipe:.*[012] ->'
readlink "/proc/$pid/cwd"
node=$(readlink "/proc/$pid/exe")

change 6
until_true 20 larger 8 || echo 'not extended'
sleep 2
change 5
until_true 20 larger 12 || echo 'not extended again'
lvs --noheadings -o seg_monitor "vg0/$(snapshot_of t)"
grep VmRSS "/proc/$pid/status" >"$LAB/memory"
call status "$HOLDSTILL" status t
call good "$POST" t
until_true 5 no_watcher || echo 'it still watches'
same extended quickly

# One for all tasks, until the last is closed.
rm -f /srv/data/[0-9]*
$PRE t >/dev/null
$PRE other >/dev/null
until_true 20 watches
sleep 5 # a second one would be there, and leaves
until_true 20 one_watcher
watchers | wc -l
$POST other >/dev/null
sleep 1
watchers | wc -l

# One look that fails is one look that failed.
cp /usr/sbin/dmsetup /run/dmsetup
executable /run/once <<'S'
#!/bin/sh
[ -e /run/failed ] || { : >/run/failed; exit 1; }
exec /run/dmsetup "$@"
S
mount --bind /run/once /usr/sbin/dmsetup
until_true 20 test -e /run/failed || echo 'nobody looked'
sleep 1
umount /usr/sbin/dmsetup
change 6
until_true 20 larger 8 || echo 'one failed look ended the watch'

# A killed one: status and post say it, recover --boot starts another, and so does the next hook
kill_watcher
silent_for 10
call alone "$HOLDSTILL" status t
call boot "$HOLDSTILL" recover --boot
until_true 20 watches || echo 'not started again'
sleep 2
kill_watcher
$PRE other >/dev/null
until_true 20 watches || echo 'not started by the next hook'
$POST other >/dev/null
kill_watcher
silent_for 20
call killed "$POST" t
same killed quickly

# Nobody watches a task that does without.
rm -f /srv/data/[0-9]*
$PRE off >/dev/null
sleep 4
watchers
change 10
call off "$POST" off
same off quickly

# Another run of the task
$PRE t >/dev/null
until_true 20 watches
$PRE t >/dev/null
sleep 5
until_true 20 one_watcher
watchers | wc -l
$POST t >/dev/null

# No caller can make a hook a watcher
HOLDSTILL_ORDER='watch 0 t' $PRE t | tail -n 1 | cut -c 1-10
$POST t | sed -n 2p | cut -c 1-18

# Node.js can't be started any more (a bind mount hides it): the task is opened all the same
mv /usr/bin/mount /usr/bin/mount.real
executable /usr/bin/mount <<S
#!/bin/sh
/usr/bin/mount.real --bind /dev/null $node
exec /usr/bin/mount.real "\$@"
S
call unwatched "$PRE" t
mv /usr/bin/mount.real /usr/bin/mount
umount "$node"
$POST t >/dev/null
killall -q dmeventd
same end
