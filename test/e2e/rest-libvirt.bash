# libvirt stops, or hangs, just when the snapshots of a guest are taken: what is said, and does the guest go on when libvirt is back?
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/kvm/words.bash"

configure <<'Y'
tasks:
  agent: {vm: kvmserv, size: 16M, autoextend: false, quiesce: agent, timeout: 1m}
  pause: {vm: kvmserv, size: 16M, autoextend: false, quiesce: pause, timeout: 1m}
Y
kvm_up
mark

# The snapshots (lvm without arguments) are taken after /run/now has run.
real=$(readlink -f /usr/sbin/lvm)
mv "$real" "$real.real"
printf '#!/bin/bash\n[ $# -gt 0 ] || [ ! -e /run/now ] || { mv /run/now /run/then && bash /run/then; } >/run/now.out 2>&1\nexec -a "$0" %s "$@"\n' "$real.real" |
  executable "$real"

for task in agent pause; do
  unguarded() { flock --nonblock "/var/lib/holdstill/$task.guard" true; }

  echo 'kill -STOP "$(</run/libvirtd.pid)"' >/run/now
  call "hangs-$task" "$PRE" "$task"
  call "hangs-$task-status" "$HOLDSTILL" status "$task"
  ! unguarded || echo "hangs, $task: nobody watches"
  kill -CONT "$(</run/libvirtd.pid)"
  until_true 90 unguarded || echo "hangs, $task: the guard still watches"
  kvm_runs || echo "hangs, $task: the guest is $(kvm_state), $(kvm_frozen)"
  call "hangs-$task-recover" "$HOLDSTILL" recover
  same "hangs, $task"

  echo 'read -r pid </run/libvirtd.pid; kill "$pid"; while [ -e "/proc/$pid" ]; do sleep 0.1; done' >/run/now
  call "gone-$task" "$PRE" "$task"
  call "gone-$task-status" "$HOLDSTILL" status "$task"
  ! unguarded || echo "gone, $task: nobody watches"
  libvirt_up || die 'libvirt does not start again'
  until_true 90 unguarded || echo "gone, $task: the guard still watches"
  kvm_runs || echo "gone, $task: the guest is $(kvm_state), $(kvm_frozen)"
  call "gone-$task-recover" "$HOLDSTILL" recover
  same "gone, $task"
done
kvm_writes || echo 'the guest does not write any more'
