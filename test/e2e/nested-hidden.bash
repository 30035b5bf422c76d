# LVM of guests in image files, behind LUKS, on RAIDs: the host must see none of it while a task is open.
. "$REPO/test/e2e/nested.words.bash"

# fill_group NAME DEVICE: a volume group of a guest, whose LV `root` has the files of NAME.
fill_group() {
  guest_lvm "$2" vgcreate -s 1M "$1" "$2"
  guest_lvm "$2" lvcreate -L 6M -n root "$1"
  fill "$1" "/run/guest/$1/root"
  guest_lvm "$2" vgchange -an "$1"
}

# own_raid IMAGE OFFSET SIZE METADATA VG: half of a RAID in a piece of the image, and in it a volume group.
own_raid() {
  local loop
  loop=$(losetup --find --show --offset "$2" --sizelimit "$3" "$1")
  mdadm --quiet --create /dev/md9 --run --metadata="$4" --level=1 --raid-devices=2 "$loop" missing </dev/null
  fill_group "$5" /dev/md9
  mdadm --quiet --stop /dev/md9
  losetup -d "$loop"
}

# open_key IMAGE: as /dev/mapper/inside.
open_key() { cryptsetup open --key-file /etc/holdstill/key "$1" inside || die "$1"; }

configure <<'Y'
tasks:
  images: {file: /srv/*.img, keys: [/etc/holdstill/key], mount: /mnt/images}
  raid: {lv: vg0/vm-raid, size: 8M, mount: /mnt/raid}
  early: {file: /srv/early.raw}
  plain: {file: /srv/plain.raw}
  planted: {file: /srv/planted.raw}
Y

(
  umask 077
  echo -n 'a long word' >/etc/holdstill/key
)

# In a whole image.
truncate -s 20M /srv/whole.img
loop=$(losetup --find --show /srv/whole.img)
fill_group in-whole "$loop"
losetup -d "$loop"

# Behind LUKS.
truncate -s 40M /srv/luks.img
cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /etc/holdstill/key /srv/luks.img
open_key /srv/luks.img
fill_group in-luks /dev/mapper/inside
cryptsetup close inside

# On a RAID of a whole volume, with its metadata near the begin; and on two in the partitions of an image, with theirs at the end.
mdadm --quiet --create /dev/md9 --run --metadata=1.2 --level=1 --raid-devices=2 /dev/vg0/vm-raid missing </dev/null
fill_group in-raid /dev/md9
mdadm --quiet --stop /dev/md9

truncate -s 40M /srv/parts.img
sfdisk -q --no-reread --no-tell-kernel /srv/parts.img <<'T'
label: dos
start=2048, size=34816, type=fd
start=36864, size=45056, type=fd
T
own_raid /srv/parts.img $((2048 * 512)) $((34816 * 512)) 1.0 in-new
own_raid /srv/parts.img $((36864 * 512)) $((45056 * 512)) 0.90 in-old

# The metadata at the end leaves the begin of the image as the host would read it: LVM, or a file system.
truncate -s 20M /srv/early.raw /srv/plain.raw
own_raid /srv/early.raw 0 $((20 << 20)) 1.0 in-early
loop=$(losetup --find --show /srv/plain.raw)
mdadm --quiet --create /dev/md9 --run --metadata=1.0 --level=1 --raid-devices=2 "$loop" missing </dev/null
fill in-plain /dev/md9
mdadm --quiet --stop /dev/md9
losetup -d "$loop"

# Where the device for its root begins, a guest has written the label of a physical volume into its swap.
truncate -s 20M /srv/planted.raw
loop=$(losetup --find --show /srv/planted.raw)
guest_lvm "$loop" vgcreate -s 1M planted "$loop"
guest_lvm "$loop" lvcreate -L 4M -n swap planted
guest_lvm "$loop" lvcreate -L 6M -n root planted
fill planted /run/guest/planted/root
guest_lvm "$loop" vgchange -an planted
losetup -d "$loop"
loop=$(losetup --find --show --offset $(((5 * 2048 - 7) * 512)) /srv/planted.raw)
guest_lvm "$loop" pvcreate --metadatacopies 0 "$loop"
losetup -d "$loop"

as_by_default
mark

# Two images that can't be hidden, and one that needs not be.
call early "$PRE" early
same early
call planted "$PRE" planted
same planted
call plain "$PRE" plain
check in-plain /run/holdstill/plain
call plain-post "$POST" plain
same plain

call images "$PRE" images
call raid "$PRE" raid

# What the host sees: its own group, its one physical volume, no type on a loop device but LUKS, ten devices of ours.
pvs --noheadings -o vg_name
pvs -a --noheadings -o vg_name,pv_fmt 2>&1 | grep -c lvm2
for loop in $(losetup --noheadings -O NAME,BACK-FILE | grep '[.]img' | cut -d ' ' -f 1); do
  blkid -p -o value -s TYPE "$loop"
done | sort
dmsetup ls | cut -f 1 | grep '^hs\.[^.]*$' | sort | while read -r name; do
  dmsetup splitname --noheadings -c -o lv_layer "$name"
done | sort | uniq -c | tr -s ' '

check in-whole /mnt/images/whole.img/in-whole/root
check in-luks /mnt/images/luks.img/in-luks/root
check in-raid /mnt/raid/in-raid/root
check in-new /mnt/images/parts.img/p1/in-new/root
check in-old /mnt/images/parts.img/p2/in-old/root

# The host works on.
lvcreate -qq -y -L 4M -n mine vg0 && lvremove -qq -y vg0/mine
call images-post "$POST" images
call raid-post "$POST" raid
same 'after all'
