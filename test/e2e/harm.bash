# Disks of guests that claim what is not theirs, or are damaged.
. "$REPO/test/lab/guest/break.bash"

mkdir -p /run/guest
(
  umask 077
  echo -n 'a long word' >/run/key
)

# guest DEVICES COMMAND...: LVM as the guest would call it.
guest() {
  local filter='' device devices=$1 command=$2
  shift 2
  for device in $devices; do filter+="\"a|^$device$|\","; done
  lvm "$command" -qq --yes --config "devices { dir=\"/run/guest/\" scan_lvs=1 filter=[$filter\"r|.*|\"] }" "$@" 2>/dev/null
}

# fill NAME DEVICE: a file system that says its name.
fill() {
  mkfs.ext4 -q "$2" && mount "$2" /mnt && echo "this is $1" >/mnt/name
  umount /mnt
}

# The thief's group lists a bare physical volume with the id of one of the victim's.
truncate -s 12M /dev/shm/z
z=$(losetup --find --show /dev/shm/z)
both=(/dev/vg0/f-a "$z")
guest "${both[*]}" pvcreate --metadatacopies 0 "$z"
guest "${both[*]}" vgcreate -s 1M thief "${both[@]}"
guest "${both[*]}" lvcreate -L 4M -n root thief /dev/vg0/f-a
guest "${both[*]}" lvcreate -L 4M -n stolen thief "$z"
fill thief /run/guest/thief/root
uuid=$(guest "${both[*]}" pvs --noheadings -o pv_uuid "$z" | tr -d ' ')
guest "${both[*]}" vgchange -an thief
losetup -d "$z"

# The victim: two physical volumes, one in a partition.
sfdisk -q --no-reread --no-tell-kernel /dev/vg0/f-z <<<$'label: dos\nstart=2048, size=8192\nstart=10240'
mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/f-z 4M
z=$(losetup --find --show --offset $((10240 * 512)) /dev/vg0/f-z)
both=(/dev/vg0/f-b "$z")
guest "${both[*]}" pvcreate --uuid "$uuid" --norestorefile --metadatacopies 0 "$z"
guest "${both[*]}" vgcreate -s 1M victim "${both[@]}"
guest "${both[*]}" lvcreate -L 4M -n root victim /dev/vg0/f-b
guest "${both[*]}" lvcreate -L 4M -n data victim "$z"
fill victim /run/guest/victim/root
fill data /run/guest/victim/data
guest "${both[*]}" vgchange -an victim
losetup -d "$z"

# A volume group without a volume.
guest /dev/vg0/none vgcreate -s 1M nothing /dev/vg0/none

# LUKS: a key slot's hash that nobody knows.
sfdisk -q --no-reread --no-tell-kernel /dev/vg0/luks <<<$'label: dos\nstart=2048, size=8192\nstart=10240'
mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/luks 4M
p2=$(losetup --find --show --offset $((10240 * 512)) /dev/vg0/luks)
cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 --key-file /run/key "$p2"
printf 'nohash\0' | dd of="$p2" bs=1 seek=72 conv=notrunc status=none
losetup -d "$p2"

# A thin pool whose metadata is noise.
guest /dev/vg0/thin vgcreate -s 1M g /dev/vg0/thin
guest /dev/vg0/thin lvcreate -L 6M -n root g
fill root /run/guest/g/root
guest /dev/vg0/thin lvcreate --type thin-pool -L 8M --poolmetadatasize 2M -n pool g
guest /dev/vg0/thin lvcreate -V 8M --thinpool g/pool -n data
place=$(dmsetup table g-pool_tmeta | cut -d ' ' -f 5)
guest /dev/vg0/thin vgchange -an g
dd if=/dev/urandom of=/dev/vg0/thin bs=512 seek="$place" count=64 conv=notrunc status=none

# Both tables of a FAT.
perl -e 'open my $f, "+<", shift or die; sysread $f, my $b, 512; my ($reserved, $each) = unpack "x14 v x6 v", $b;
  for ($reserved, $reserved + $each) { sysseek $f, 512 * $_, 0; syswrite $f, "\0" x 64 }' /dev/vg0/fat

# RAID: a mirror, and a parity whose last disk has lost its head.
for level in 1 5; do
  mdadm --quiet --create /dev/md9 --run --assume-clean --metadata=1.2 --level=$level --raid-devices=$((level == 1 ? 2 : 3)) /dev/vg0/r$level-* </dev/null
  fill raid$level /dev/md9
  mdadm --quiet --stop /dev/md9
done
dd if=/dev/zero of=/dev/vg0/r5-c bs=1M count=1 conv=notrunc status=none

configure <<'Y'
tasks:
  forged: {each: {lv: 'vg0/f-*'}, size: 4M}
  none: {lv: vg0/none, size: 4M}
  luks: {lv: vg0/luks, size: 4M, keys: [/run/key]}
  luks-out: {lv: vg0/luks, size: 4M, keys: [/run/key], exclude: [TYPE=crypto_LUKS]}
  thin: {lv: vg0/thin, size: 4M}
  thin-out: {lv: vg0/thin, size: 4M, exclude: [LV=g/d*]}
  thin-root: {lv: vg0/thin, size: 4M, partitions: [LV=g/root]}
  fat: {lv: vg0/fat, size: 4M, check: true}
  mirror: {each: {lv: 'vg0/r1-*'}, size: 4M}
  parity: {each: {lv: 'vg0/r5-*'}, size: 4M}
Y
sync
mark

for task in forged none luks luks-out thin thin-out thin-root fat mirror parity; do
  call $task "$PRE" $task
  (
    cd /run/holdstill/$task 2>/dev/null || exit
    find . -mindepth 1 -name name | sort | while read -r file; do echo "$task: $(<"$file")"; done
  )
  findmnt --raw --noheadings -o TARGET | sed -n "s#^/run/holdstill/#at #p" | sort
  call $task-post "$POST" $task
  same $task
done
