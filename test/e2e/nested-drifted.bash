# Clones that went their own way since they were made: of a RAID, of a volume group, of an xfs. Which is which?
. "$REPO/test/e2e/nested.words.bash"

# pieces DISK: its first two partitions, as $p1 and $p2.
pieces() {
  p1=$(losetup --find --show --offset $((2048 * 512)) --sizelimit $((16384 * 512)) "$1")
  p2=$(losetup --find --show --offset $((18432 * 512)) --sizelimit $((16384 * 512)) "$1")
}

# own_name DEVICE NAME: from now on its file system says so.
own_name() { mount "$1" /mnt && echo "this is $2" >/mnt/name && umount /mnt || die "$2"; }

# A RAID of two partitions of one disk. Its clone is assembled three times, so that it counts more events.
sfdisk -q --no-reread --no-tell-kernel /dev/vg0/raid-a <<'T'
label: dos
start=2048, size=16384, type=fd
start=18432, size=16384, type=fd
start=34816
T
mkfs.ext4 -q -F -E offset=$((34816 * 512)) /dev/vg0/raid-a 4M
pieces /dev/vg0/raid-a
mdadm --quiet --create /dev/md9 --run --metadata=1.2 --level=1 --raid-devices=2 "$p1" "$p2" </dev/null
fill raid-a /dev/md9
mdadm --quiet --stop /dev/md9
losetup -d "$p1" "$p2"

cat /dev/vg0/raid-a >/dev/vg0/raid-b
pieces /dev/vg0/raid-b
for n in 1 2 3; do
  mdadm --quiet --assemble /dev/md9 --run "$p1" "$p2"
  own_name /dev/md9 raid-b
  mdadm --quiet --stop /dev/md9
done
losetup -d "$p1" "$p2"

# A volume group; that of the clone has got a UUID of its own for its disk.
guest_lvm /dev/vg0/lvm-a vgcreate -s 1M g /dev/vg0/lvm-a
guest_lvm /dev/vg0/lvm-a lvcreate -L 6M -n root g
fill lvm-a /run/guest/g/root
guest_lvm /dev/vg0/lvm-a vgchange -an g
cat /dev/vg0/lvm-a >/dev/vg0/lvm-b
guest_lvm /dev/vg0/lvm-b pvchange -u /dev/vg0/lvm-b
guest_lvm /dev/vg0/lvm-b vgchange -ay g
own_name /run/guest/g/root lvm-b
guest_lvm /dev/vg0/lvm-b vgchange -an g

# An xfs and its clone, which has been mounted.
cat /dev/vg0/xfs-a >/dev/vg0/xfs-b
mount -o nouuid /dev/vg0/xfs-b /mnt
echo 'this is xfs-b' >/mnt/name
umount /mnt

configure <<'Y'
tasks:
  all: {each: {lv: 'vg0/*-?'}, size: 8M}
  third: {lv: vg0/raid-a, size: 8M, partitions: [2]}
  without: {lv: vg0/raid-a, size: 8M, exclude: [2]}
Y
mark

# All of them in one task.
call all "$PRE" all
for n in a b; do cat /run/holdstill/all/{raid-$n/p1,lvm-$n/g/root,xfs-$n}/name; done
call all-post "$POST" all
same all quickly

# A part of the disk with the RAID: a member that is named, and all that is not excluded.
for task in third without; do
  $PRE $task >/dev/null
  (cd /run/holdstill/$task && echo $task p*)
  $POST $task >/dev/null
  same $task quickly
done
