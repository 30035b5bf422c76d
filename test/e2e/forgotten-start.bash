# A thin snapshot after a start, and one that somebody merges though it is not active.
. "$REPO/test/e2e/forgotten.words.bash"

configure <<'Y'
tasks:
  thin: {lv: vg0/thin1}
Y
mark

# A start finds it.
$PRE thin >/dev/null
restart thin thin1
echo "$(active vg0/thin1) $(active "vg0/$(snapshot_of thin)")."
call thin-status "$HOLDSTILL" status thin
call thin "$HOLDSTILL" recover --boot
umount $BOOT
same thin

# It is merged.
$PRE thin >/dev/null
umount /run/holdstill/thin
lvchange -qq -an "vg0/$(snapshot_of thin)"
mount /dev/vg0/thin1 /mnt
lvconvert -qq -y --merge "vg0/$(snapshot_of thin)"
call merging "$POST" thin
umount /mnt
lvchange -qq -an vg0/thin1
lvchange -qq -ay vg0/thin1
call merged "$POST" thin
same merged
