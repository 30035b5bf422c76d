# Boots the guest in the lab, on the disks of a world, and saves it while it runs, to $OUT: the file with its memory, and its disks as they were.
. "$REPO/test/kvm/words.bash"

kvm_defined
virsh --quiet start kvmserv || die 'the guest does not start'
until_true 200 grep -qs 'guest: 20' /run/kvm/console || die "the guest does not write: $(tail -n 20 /run/kvm/console)"
kvm_answers
virsh --quiet save kvmserv /run/guest.save --running || die 'the guest was not saved'
cp /run/guest.save "$OUT/"
for n in 1 2; do dd if="${KVM_DISKS[n - 1]}" of="$OUT/disk$n.img" bs=64k conv=sparse status=none; done
cp -r /var/cache/libvirt/qemu/capabilities "$OUT/"
