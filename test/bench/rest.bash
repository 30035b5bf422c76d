# How long a guest stands still while its two disks are cut under a freeze of its agent: by holdstill, as its job log says, and by the three commands that are
# the least that it takes, in turns. A line for each, as measure.pl prints it.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/kvm/words.bash"

sed -i 's/ reserved_memory=0 reserved_stack=0 process_priority=0//' /etc/lvm/lvm.conf
configure <<'Y'
tasks:
  agent: {vm: kvmserv, size: 16M, autoextend: false, quiesce: agent, quiesceLimit: 1m}
Y
kvm_up

floor() {
  virsh --quiet domfsfreeze kvmserv
  printf 'lvcreate -y -s -L 16M -n snap%s %s\n' 1 "${KVM_DISKS[0]}" 2 "${KVM_DISKS[1]}" | lvm
  virsh --quiet domfsthaw kvmserv
}
for ((n = 0; n < ROUNDS; n++)); do
  "$PRE" agent >/run/said || exit
  printf 'holdstill-rest\t%s\t0\t0\t0\n' "$(sed -n 's/.*at rest \([0-9]*\)\.\([0-9]*\) s.*/\1\20/p' /run/said)"
  "$POST" agent >/dev/null || exit
  began=$EPOCHREALTIME
  floor >/run/said 2>&1
  ended=$EPOCHREALTIME
  printf 'floor-rest\t%s\t0\t0\t0\n' $(((${ended/./} - ${began/./}) / 1000))
  lvremove -qq -y vg-libvirt/snap1 vg-libvirt/snap2 || exit
done >"$LAB/samples"
