# The volume group of an open task is not there after the start; then others of its name are; then it comes back, or never.
. "$REPO/test/e2e/recover.words.bash"

mark
$PRE v >/dev/null
umount /mnt/v
vgchange -qq -an vg1
reboot

# conf SED-COMMAND: changes the filter of lvm.conf.
conf() { sed -i "$1" /etc/lvm/lvm.conf; }

# The disk of vg1 is unplugged.
conf s/loop101/loop199/
boot gone
call pre "$PRE" v
ls /var/lib/holdstill

# Another one of its name is there, empty, then not.
truncate -s 40M /dev/shm/other
losetup /dev/loop0 /dev/shm/other
conf 's#filter=.#&"a|loop0|",#'
vgcreate -qq vg1 /dev/loop0
boot empty
lvcreate -qq -y -L 8M -n other vg1
boot other
vgremove -qq -y vg1
losetup -d /dev/loop0
rm /dev/shm/other

# It is back, but its volumes are not active yet.
conf 's#"a|loop0|",##; s/loop199/loop101/'
boot back
vgchange -qq -ay vg1
umount "$BOOT"
same back

# Removed for good: the message says which journal is in the way.
$PRE v >/dev/null
umount /mnt/v
vgremove -qq -y vg1
reboot
boot removed
rm "$(sed -n 's/.*move the journal away: \([^ )]*\).*/\1/p' "$LAB/removed.out" | head -n 1)"
call end "$HOLDSTILL" status v
