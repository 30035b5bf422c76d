# Volumes on a disk with sectors of 4096 bytes, which hold what guests made that know only of 512; one is made by the host, one is as the disk is.
. "$REPO/test/lab/guest/break.bash"

# A group `big` on such a disk.
truncate -s 400M /dev/shm/big
mknod /dev/loop110 b 7 110
losetup --sector-size 4096 /dev/loop110 /dev/shm/big
sed -i 's,filter=.,filter=["a|^/dev/loop110$|"\,,' /etc/lvm/lvm.conf
vgcreate -qq big /dev/loop110
mkdir -p /run/guest

# file_system TYPE DEVICE NAME [OPTION...]
file_system() {
  "mkfs.$1" -q "${@:4}" "$2" >/dev/null 2>&1
  mount "$2" /mnt
  echo "this is $3" >/mnt/name
  umount /mnt
}

# piece FILE START SIZE: in MiB, as a loop device.
piece() { losetup --find --show --offset "$2M" --sizelimit "$3M" "$1"; }

# into LV FILE: the file becomes a volume of the group.
into() {
  lvcreate -qq -y -Wn -L "$(stat -c %s "$2")b" -n "$1" big
  dd if="$2" of="/dev/big/$1" bs=1M status=none
  rm "$2"
}

# guest COMMAND WORDS...: LVM as the guest would call it, on the device $on.
guest() {
  local command=$1
  shift
  "$command" -qq --yes --config "devices { dir=\"/run/guest/\" scan_lvs=1 filter=[\"a|^$on\$|\",\"r|.*|\"] }" "$@"
}

# gpt: a partition with a file system, one with LVM.
truncate -s 90M /dev/shm/gpt
sfdisk -q /dev/shm/gpt <<'T'
label: gpt
start=1MiB,size=8MiB,type=L
start=9MiB,size=70MiB,type=V
T
on=$(piece /dev/shm/gpt 1 8)
file_system ext4 "$on" gpt/p1 -b 1024
losetup -d "$on"
on=$(piece /dev/shm/gpt 9 70)
guest vgcreate gv "$on"
guest lvcreate -L 40M -n root gv
file_system xfs /run/guest/gv/root gpt/p2/gv/root --unsupported -s size=512
guest vgchange -an gv
losetup -d "$on"
into gpt /dev/shm/gpt

# mbr: a primary partition and a logical one.
truncate -s 50M /dev/shm/mbr
sfdisk -q /dev/shm/mbr <<'T'
label: dos
start=1MiB,size=8MiB
start=9MiB,size=40MiB,type=5
start=10MiB,size=30MiB
T
on=$(piece /dev/shm/mbr 1 8)
file_system ext2 "$on" mbr/p1 -b 1024
losetup -d "$on"
on=$(piece /dev/shm/mbr 10 30)
file_system xfs "$on" mbr/p5 --unsupported -s size=512
losetup -d "$on"
into mbr /dev/shm/mbr

# whole: a file system on the whole disk.
truncate -s 24M /dev/shm/whole
on=$(piece /dev/shm/whole 0 24)
file_system xfs "$on" whole --unsupported -s size=512
losetup -d "$on"
into whole /dev/shm/whole

# own: one of the host itself.
lvcreate -qq -y -Wn -L 20M -n own big
file_system ext4 /dev/big/own own
mkdir -p /srv/own
mount /dev/big/own /srv/own

# alike: a guest that knows of the sectors of its disk.
truncate -s 20M /dev/shm/alike
into alike /dev/shm/alike
sfdisk -q --no-reread --no-tell-kernel /dev/big/alike <<'T'
label: gpt
start=1MiB,size=16MiB,type=L
T
on=$(losetup --find --show --sector-size 4096 --offset 1M --sizelimit 16M /dev/big/alike)
file_system ext4 "$on" alike/p1
losetup -d "$on"

configure <<'Y'
tasks:
  gpt: {lv: big/gpt, size: 12M}
  mbr: {lv: big/mbr, size: 12M}
  whole: {lv: big/whole, size: 12M}
  own: {path: /srv/own, size: 12M}
  alike: {lv: big/alike, size: 12M}
Y
sync
mark
cat /sys/block/dm-*/queue/logical_block_size | sort -u

# shown TASK PLACE...: opens it, reads the file of each file system, closes it.
shown() {
  local task=$1 place
  call "$task" "$PRE" "$task"
  for place in "${@:2}"; do cat "/run/holdstill/$task/$place/name"; done
  call "$task-post" "$POST" "$task"
  same "$task"
}

shown gpt p1 p2/gv/root
shown mbr p1 p5
shown whole .
shown own .
shown alike p1
