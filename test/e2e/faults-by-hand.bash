# The snapshot is deactivated or removed; the mount is covered, replaced, or mounted in another way.
. "$REPO/test/e2e/faults.words.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
  thin: {lv: vg0/thin, mount: /mnt/thin}
Y
mark

# open: task t; its snapshot is $snapshot.
open() {
  $PRE t >/dev/null
  snapshot=vg0/$(snapshot_of t)
}

# Deactivated.
open
options=$(findmnt -n -o VFS-OPTIONS /mnt/t)
umount /mnt/t /srv/data
lvchange -qq -an vg0/data
call deactivated "${SESAM[@]}" t
lvchange -ay vg0/data
mount /dev/vg0/data /srv/data
same deactivated quickly

# Removed.
open
umount /mnt/t
lvremove -qq -y "$snapshot"
call removed "$BACULA" t
same removed quickly

# Covered by another mount.
open
mount -t tmpfs none /mnt/t
call covered "$POST" t
umount /mnt/t
$POST t >/dev/null
same covered quickly

# The same snapshot, with the same options and the id of the mount that has gone, which the kernel gives again.
open
id=$(findmnt -n -o ID /mnt/t)
umount /mnt/t
mount -t ext4 -o "$options" "/dev/$snapshot" /mnt/t
[ "$id" = "$(findmnt -n -o ID /mnt/t)" ] || echo 'another id'
call again "${SESAM[@]}" t
same again quickly

# With other options.
open
mount -o remount,bind,rw,nosuid /mnt/t
call options "$BACULA" t
same options quickly

# A thin one, deactivated.
$PRE thin >/dev/null
umount /mnt/thin
lvchange -qq -an "vg0/$(snapshot_of thin)"
call thin-deactivated "$POST" thin
same thin quickly
