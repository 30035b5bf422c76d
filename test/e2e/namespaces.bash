# Hooks in mount namespaces of their own: one that is gone with its hook, and one of a daemon that goes on.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/disk, size: 8M, autoextend: false}
  i: {file: /srv/vm.img}
  s: {subvolume: /srv/cow}
Y

# An image with a partition; all mounts are shared, as systemd makes them.
truncate -s 16M /srv/vm.img
sfdisk -q --no-reread --no-tell-kernel /srv/vm.img <<'T'
label: dos
start=2048
T
mkfs.ext4 -q -F -E offset=$((2048 * 512)) /srv/vm.img 12M
mount --make-rshared /
mark

# Its mounts go a moment after the last process in it.
not_seen() { ! losetup --noheadings --list --output BACK-FILE | grep -q '^/srv/'; }

# unit COMMAND...: in a mount namespace that is gone with the command.
unit() { unshare -m --propagation slave bash -c 'mount -t tmpfs none /tmp; "$@"; true' unit "$@"; }

# Opened in a namespace that is gone: opened again, or closed from outside.
for task in t i; do
  unit "$PRE" $task >/dev/null
  until_true 30 not_seen
  losetup --noheadings --list --output BACK-FILE >"$LAB/backing"
  call $task-pre "$PRE" $task
  call $task-post "$POST" $task
  same "$task, opened again" quickly
  unit "$PRE" $task >/dev/null
  call $task-gone "$POST" $task
  same "$task, closed from outside"
done

# A daemon in a namespace of its own, which calls the hook there; somebody else looks and closes from outside.
daemon() { nsenter -t $holder -m "$@"; }
unshare -m --propagation slave sleep 900 &
holder=$!
sleep 1

for task in t s; do
  call $task-inside daemon "$PRE" $task
  call $task-status "$HOLDSTILL" status $task
  call $task-outside "$POST" $task
  same "$task, closed from outside the daemon" quickly
  call $task-here "$PRE" $task
  daemon "$HOLDSTILL" status $task >"$LAB/$task-from-inside"
  call $task-there daemon "$POST" $task
  same "$task, closed in the daemon" quickly

  daemon "$PRE" $task >/dev/null
  call $task-next "$PRE" $task
  $POST $task >/dev/null
  same "$task, cleared from outside" quickly
done

# Its mount goes away in there, then somebody in there reads it.
daemon "$PRE" t >/dev/null
daemon umount /run/holdstill/t/p1
call unmounted "$POST" t
same unmounted quickly
daemon "$PRE" t >/dev/null
daemon bash -c 'cd /run/holdstill/t/p1; exec sleep 901' &
sleep 3
call read "$POST" t
pkill -f 'sleep 901'
call read-again "$POST" t
same read

kill $holder
