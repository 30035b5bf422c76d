# A guest's volume group over a partition of one disk and the whole of another: linear, striped, thin, mirrored, a snapshot of its own.
. "$REPO/test/e2e/nested.words.bash"

# The guest makes it.
sfdisk -q --no-reread --no-tell-kernel /dev/vg0/vm-a <<'T'
label: dos
start=2048, size=8192, type=83
start=10240, type=8e
T
p2=$(losetup --find --show --offset $((10240 * 512)) /dev/vg0/vm-a)
disks="$p2 /dev/vg0/vm-b"
mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/vm-a 4M
guest_lvm "$disks" vgcreate -s 1M my-guest "$p2" /dev/vg0/vm-b
guest_lvm "$disks" lvcreate -L 8M -n root my-guest "$p2"
guest_lvm "$disks" lvextend -L +4M my-guest/root /dev/vg0/vm-b
guest_lvm "$disks" lvcreate -L 4M -n swap my-guest "$p2"
guest_lvm "$disks" lvcreate -i 2 -I 64k -L 8M -n fast my-guest
guest_lvm "$disks" lvcreate --type thin-pool -L 16M -n pool my-guest /dev/vg0/vm-b
guest_lvm "$disks" lvcreate -V 20M --thinpool my-guest/pool -n thin1
guest_lvm "$disks" lvcreate -V 20M --thinpool my-guest/pool -n thin2
guest_lvm "$disks" lvcreate --type raid1 -m 1 -L 4M -n both my-guest
guest_lvm "$disks" lvcreate -s -L 4M -n before my-guest/root

for lv in root fast thin1 thin2; do fill $lv /run/guest/my-guest/$lv; done
mkswap -q /run/guest/my-guest/swap
guest_lvm "$disks" vgchange -an my-guest
losetup -d "$p2"

configure <<'Y'
tasks:
  t: {each: {lv: vg0/vm-*}, size: 8M}
  half: {lv: vg0/vm-a, size: 8M}
  hostile: {each: {lv: vg0/vm-*}, size: 8M, trust: hostile}
Y
as_by_default
mark

call plan "$HOLDSTILL" plan t
same 'a plan' quickly

# Opened as a whole: what is shown, and how.
call pre "$PRE" t
for lv in root fast thin1 thin2; do check $lv /run/holdstill/t/vm-a/p2/my-guest/$lv; done
ls -x /run/holdstill/t /run/holdstill/t/vm-a/p2/my-guest
call status "$HOLDSTILL" status t

# The host works on, and sees nothing of the guest.
vgs --noheadings -o vg_name
lvcreate -qq -y -s -L 4M -n mine vg0/vm-a && lvremove -qq -y vg0/mine

call post "$POST" t
same 'after t'

# One of its disks alone; all of it, outside the kernel.
call half "$PRE" half
call half-post "$POST" half
same 'after half'
call hostile "$PRE" hostile
dmsetup table | grep thin
call hostile-post "$POST" hostile
same 'after hostile'
