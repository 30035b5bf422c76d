# Tasks on a host with old tools: util-linux 2.34 and 2.23.2, a cp and a cryptsetup that lack an option, or no tool at all.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/lab/guest/old-util-linux.emulation.bash"

# A subvolume; an image that shares no blocks; an encrypted volume.
btrfs -q subvolume create /srv/data/sub
truncate -s 8M /srv/data/copied.img
mkfs.ext4 -q /srv/data/copied.img
chattr +C /srv/data
cat /srv/data/copied.img >/srv/data/x
mv /srv/data/x /srv/data/copied.img
(
  umask 077
  printf secret >/etc/holdstill.key
)
cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 /dev/vg0/locked /etc/holdstill.key
cryptsetup open --key-file /etc/holdstill.key /dev/vg0/locked locked
mkfs.ext4 -q /dev/mapper/locked
dmsetup remove --retry locked
sync

configure <<'Y'
tasks:
  guest: {lv: vg0/ext, size: 8M}
  checked: {lv: vg0/xfs, size: 8M, check: true}
  windows: {lv: vg0/win, size: 8M}
  hostile: {lv: vg0/ext, size: 8M, trust: hostile}
  host: {lv: vg0/ext, size: 8M, trust: host}
  subvolume: {subvolume: /srv/data/sub}
  image: {file: /srv/data/copied.img, copy: true}
  locked: {lv: vg0/locked, size: 8M, keys: [/etc/holdstill.key]}
  twins: {each: {lv: vg0/twin*}, size: 4M}
Y
mark

# cycle VERSION TASK [BELOW]: opens and closes it, and says with which flags its mount, or that one BELOW, was made.
cycle() {
  call "$1-$2" "$PRE" "$2"
  findmnt --noheadings -o VFS-OPTIONS "/run/holdstill/$2${3:+/$3}" | sed "s/^/$1 $2: /"
  call "$1-$2-post" "$POST" "$2"
  same "$1" "$2" quickly
}

# What 2.34 does, and what plan says of it.
old_util_linux 2.34
for task in guest hostile; do call noted-$task "$HOLDSTILL" plan $task; done
for task in guest checked windows hostile host; do cycle 2.34 $task; done
cycle 2.34 twins twin2

# 2.23.2, with the cp and the cryptsetup of its time.
old_util_linux 2.23.2
old_cp
cycle 2.23.2 subvolume
cycle 2.23.2 image
old_cryptsetup
cycle 2.23.2 locked

# A mount that loses the flag noexec.
old_util_linux 2.38
echo noexec >/run/old/lost
cycle lost hostile
cycle lost twins twin2

# without TOOL TASK [PRE]: what plan says, and pre, while the tool is not there.
without() {
  local tool
  tool=$(command -v "$1")
  mv "$tool" /run/away
  call "plan-$1" "$HOLDSTILL" plan "$2"
  [ $# -lt 3 ] || call "pre-$1" "$PRE" "$2"
  mv /run/away "$tool"
  same "without $1" quickly
}

# With all tools, then without one.
for task in checked windows hostile image; do call plan-$task "$HOLDSTILL" plan $task; done
without mount.ntfs-3g windows too
without xfs_repair checked
without fuse2fs hostile
without losetup image
