# Paths on volumes that were renamed, that lie below another mount, behind LUKS, or only in a part of a volume.
. "$REPO/test/lab/guest/break.bash"

# make NAME: a volume with a file system that says who it is.
make() {
  lvcreate -qq -y -L 16M -n "$1" vg0
  mkfs.ext4 -q "/dev/vg0/$1"
  mount "/dev/vg0/$1" /mnt
  echo "$1" >/mnt/who
  umount /mnt
}

for name in renamed inner outer; do make $name; done
mkdir -p /srv/{renamed,luks,part,image,far} /g

# Mounted, then renamed; another one has the name now.
mount /dev/vg0/renamed /srv/renamed
lvrename -qq vg0 renamed other
make renamed

# /g/data shows `inner` first; then `outer` is mounted over it at /g, with a directory of that name.
mount /dev/vg0/outer /mnt
mkdir /mnt/data
echo outer >/mnt/data/who
umount /mnt
mkdir -p /g/data
mount /dev/vg0/inner /g/data
mount /dev/vg0/outer /g

# A file system in LUKS.
mkdir -m 700 -p /etc/holdstill
head -c 32 /dev/urandom >/etc/holdstill/key
chmod 600 /etc/holdstill/key
lvcreate -qq -y -L 24M -n crypt vg0
cryptsetup -q luksFormat --pbkdf pbkdf2 --pbkdf-force-iterations 1000 /dev/vg0/crypt /etc/holdstill/key
cryptsetup open --key-file /etc/holdstill/key /dev/vg0/crypt c1
mkfs.ext4 -q /dev/mapper/c1
mount /dev/mapper/c1 /srv/luks
mkdir /srv/luks/below
echo luks >/srv/luks/below/who

# A partition of a guest's disk that the host has mapped.
lvcreate -qq -y -L 16M -n disk vg0
printf 'start=2048, size=2048\nstart=4096\n' | sfdisk -q --no-reread --no-tell-kernel /dev/vg0/disk
DM_DISABLE_UDEV=1 dmsetup create disk2 --uuid part2-x --table "0 20000 linear /dev/vg0/disk 4096"
mkfs.ext4 -q /dev/mapper/disk2
mount /dev/mapper/disk2 /srv/part

# An image in a file, and one in a volume.
truncate -s 8M /far.img
mkfs.ext4 -q -F /far.img
mount -o loop /far.img /srv/far
lvcreate -qq -y -L 16M -n loop vg0
mkfs.ext4 -q -E offset=1048576 /dev/vg0/loop 8M
mount -o loop,offset=1048576 /dev/vg0/loop /srv/image

configure <<'Y'
tasks:
  renamed: {path: /srv/renamed, size: 4M}
  covered: {path: /g/data, size: 4M}
  keyed: {path: /srv/luks/below, size: 8M, keys: [/etc/holdstill/key]}
  bare: {path: /srv/luks, size: 8M}
  part: {path: /srv/part, size: 4M}
  image: {path: /srv/image, size: 4M}
Y
sync
mark

# These show what is meant.
for task in renamed covered keyed; do
  call $task "$PRE" $task
  cat /run/holdstill/$task/who
  call $task-post "$POST" $task
  same $task
done

# These are told what to write.
for task in bare part image; do
  call $task "$PRE" $task
  same $task
done

for place in renamed luks part image far; do call find-$place "$HOLDSTILL" find /srv/$place; done
call find-g "$HOLDSTILL" find /g/data
call plan "$HOLDSTILL" plan keyed
