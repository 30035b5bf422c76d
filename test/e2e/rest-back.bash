# A guest goes back to where it was saved: to its memory, with disks that were copied as they were.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/kvm/words.bash"

configure <<'Y'
tasks:
  back: {vm: kvmserv, size: 16M, autoextend: false, quiesce: {save: {keep: true}}, quiesceLimit: 4m}
  look: {vm: kvmserv, size: 16M, autoextend: false, quiesce: pause, quiesceLimit: 1m}
Y
kvm_up
mark

call vda "$HOLDSTILL" run back -- sh -c 'qemu-img convert -O qcow2 -c "$0" /dev/shm/1.qcow2 && qemu-img convert -O qcow2 -c "$1" /dev/shm/2.qcow2' '{image:vda}' '{image:vdb}'
same 'the cut' quickly
kvm_writes && kvm_writes || echo 'it does not go on'
last=$(kvm_written)
echo "then it wrote: $((last > 0))"
virsh --quiet destroy kvmserv

for n in 1 2; do qemu-img convert -n -O raw "/dev/shm/$n.qcow2" "${KVM_DISKS[n - 1]}"; done
: >/run/kvm/console
virsh --quiet restore /var/lib/holdstill/back.*.memory/kvmserv.vmstate || die 'it does not go back'
kvm_answers
kvm_writes || echo 'it does not write'
first=$(tr -d '\r\0' </run/kvm/console | sed -n 's/^guest: \([0-9]*\)$/\1/p' | head -n 1)
[ "$first" -le "$last" ] || echo "it wrote $first first, and $last before"

# Not a number is missing on either disk.
call look "$PRE" look
perl "$REPO/test/kvm/check.pl" /run/holdstill/look/vda/p1 /run/holdstill/look/vdb | sed 's/[0-9]\{1,\}/N/g'
$POST look >/dev/null
call stream bash -c 'set -o pipefail; "$0" stream look vda | gzip -1 >/dev/shm/vda.img.gz' "$HOLDSTILL"
[ "$(gzip -dc /dev/shm/vda.img.gz | wc -c)" = "$(blockdev --getsize64 "${KVM_DISKS[0]}")" ] || echo 'the stream is not whole'
same 'the end' quickly
