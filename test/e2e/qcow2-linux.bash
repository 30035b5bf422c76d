# A guest that runs Linux, with a writer over both of its disks, which are qcow2: frozen, paused and live.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/kvm/words.bash"

configure <<'Y'
tasks:
  agent: {vm: kvmserv, quiesce: agent}
  pause: {vm: kvmserv, quiesce: pause}
  live: {vm: kvmserv}
Y
modprobe fuse
for n in 1 2; do qemu-img convert -O qcow2 "$KVM/disk$n.img" "/srv/images/disk-$n.qcow2"; done
kvm_defined
# It was saved with the same bytes on volumes.
virsh save-image-dumpxml "$KVM/guest.save" >/run/kvm/saved.xml
sed -i "s|<source dev='.*-disk-\([12]\)'.*/>|<source file='/srv/images/disk-\1.qcow2'/>|; /device='disk'/s/type='block'/type='file'/
  /device='disk'/,/<.disk>/s/type='raw'/type='qcow2'/" /run/kvm/saved.xml
virsh --quiet restore "$KVM/guest.save" --xml /run/kvm/saved.xml || die 'the guest does not go on'
kvm_answers
kvm_writes
mark
for task in agent pause live; do
  call "$task" "$PRE" "$task"
  echo "$task: $(perl "$REPO/test/kvm/check.pl" "/run/holdstill/$task/vda/p1" "/run/holdstill/$task/vdb")"
  call "$task-status" "$HOLDSTILL" status "$task"
  call "$task-post" "$POST" "$task"
done
kvm_runs || echo "the guest is $(kvm_state), $(kvm_frozen)"
same 'the end'
