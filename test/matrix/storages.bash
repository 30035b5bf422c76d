# What the machines of the matrix have besides their worlds: make_STORAGE makes it.

# guest_disk DEVICE: of 64 MiB; p1 a file system, p2 LVM with two of them and a thin one, p3 LUKS with one (key in /etc/holdstill/key).
guest_disk() {
  local parts=() start size part
  printf 'label: dos\nstart=2048, size=12288\nstart=14336, size=65536, type=8e\nstart=79872, size=49152\n' |
    sfdisk -q --no-reread --no-tell-kernel "$1" || die "$1: no table"
  for part in 2048:12288 14336:65536 79872:49152; do
    IFS=: read -r start size <<<"$part"
    parts+=("$(losetup --find --show --offset $((start * 512)) --sizelimit $((size * 512)) "$1")")
  done
  mkfs.ext4 -q "${parts[0]}"
  mkdir -p /run/guest
  local lvm=(--config "devices { dir=\"/run/guest/\" scan_lvs=1 filter=[\"a|^${parts[1]}\$|\",\"r|.*|\"] }")
  vgcreate -qq "${lvm[@]}" -s 1M vg0 "${parts[1]}" >/dev/null 2>&1
  for part in root home; do
    lvcreate -qq -y "${lvm[@]}" -L 6M -n $part vg0 >/dev/null 2>&1 && mkfs.ext4 -q /run/guest/vg0/$part || die "no LV $part"
  done
  lvcreate -qq -y "${lvm[@]}" --type thin-pool -L 8M --poolmetadatasize 2M -n pool vg0 >/dev/null 2>&1 &&
    lvcreate -qq -y "${lvm[@]}" -V 8M --thinpool vg0/pool -n thin >/dev/null 2>&1 && mkfs.ext4 -q /run/guest/vg0/thin || die 'no thin LV'
  vgchange -qq -an "${lvm[@]}" vg0 >/dev/null 2>&1
  cryptsetup luksFormat --batch-mode --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /etc/holdstill/key "${parts[2]}" &&
    cryptsetup open --key-file /etc/holdstill/key "${parts[2]}" crypt && mkfs.ext4 -q /dev/mapper/crypt && cryptsetup close crypt ||
    die 'no LUKS'
  losetup --detach "${parts[@]}"
  sync
}

make_thick() { :; }
make_thin() { :; }
make_resting() {
  printf '#!/bin/sh\n: >/mnt/resting\n' | executable /usr/local/sbin/rest
  printf '#!/bin/sh\nrm -f /mnt/resting\n' | executable /usr/local/sbin/thaw
}
make_nested() { guest_disk /dev/vg0/vm-guest; }
make_images() {
  truncate -s 64M /srv/images/a.img
  truncate -s 12M /srv/images/b.img
  mkfs.ext4 -q -F /srv/images/b.img
  guest_disk /srv/images/a.img
}
make_subvolume() {
  btrfs -q subvolume create /srv/data/sub
  truncate -s 8M /srv/data/sub/x.img
  mkfs.ext4 -q -F /srv/data/sub/x.img
  sync
}
