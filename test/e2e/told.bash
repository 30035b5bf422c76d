# Disks and images that can't be saved as they are: what does each hook say of them?
. "$REPO/test/lab/guest/break.bash"

there=/run/there
mkdir $there

# A hibernated Windows.
ntfs-3g /dev/vg0/asleep $there
printf 'hibr%04092d' 0 >$there/hiberfil.sys
umount $there

# Two btrfs of one UUID.
mkfs.btrfs -q -f --mixed /dev/vg0/twin1 >/dev/null
mount /dev/vg0/twin1 $there
echo one >$there/name
umount $there
dd if=/dev/vg0/twin1 of=/dev/vg0/twin2 bs=1M status=none

# A file system whose journal is elsewhere.
mke2fs -q -F -O journal_dev /dev/vg0/journal >/dev/null
mkfs.ext4 -q -F -J device=/dev/vg0/journal /dev/vg0/far >/dev/null

# Two partitions, the second of which begins within the first.
perl -e 'open my $f, "+<", shift or die $!; seek $f, 446, 0;
  print $f pack("CCCCCCCCVV", 0, 0, 0, 0, 0x83, 0, 0, 0, 2048, 16384);
  print $f pack("CCCCCCCCVV", 0, 0, 0, 0, 0x83, 0, 0, 0, 8192, 16384);
  print $f "\0" x 32 . "\x55\xaa"' /dev/vg0/over
mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/over 8M

# Images: a whole one and one that was cut, another format, an empty one, a directory, a link that leads nowhere.
sfdisk -q --no-reread --no-tell-kernel /dev/vg0/disk <<'T'
label: dos
start=2048, size=16384
start=18432, size=16384
T
cat /dev/vg0/disk >/srv/images/whole.img
mkfs.ext4 -q -F -E offset=$((2048 * 512)) /srv/images/whole.img 8M
mount -o loop,offset=$((2048 * 512)) /srv/images/whole.img $there
echo first >$there/name
umount $there
cp /srv/images/whole.img /srv/images/cut.img
truncate -s 12M /srv/images/cut.img
printf 'QFI\xfb' >/srv/images/other.img
truncate -s 1M /srv/images/other.img
: >/srv/images/empty.img
mkdir /srv/images/dir.img
ln -s /no/where /srv/images/wanting.img

# An image that can share no blocks, and one whose name forges a line of the result.
touch /srv/cow/nocow.img
chattr +C /srv/cow/nocow.img
truncate -s 8M /srv/cow/nocow.img
mkfs.ext4 -q -F /srv/cow/nocow.img

truncate -s 8M "/srv/images/STATUS:OK
STATUS:SUCCESS.img"
sync

configure <<'Y'
tasks:
  windows: {each: {lv: 'vg0/[ac]*[py]'}, size: 8M}
  twins: {each: {lv: vg0/twin*}, size: 8M}
  far: {lv: vg0/far, size: 8M}
  over: {lv: vg0/over, size: 8M}
  whole: {file: /srv/images/whole.img}
  cut: {file: /srv/images/cut.img}
  images: {file: '/srv/images/[eo]*.img'}
  other: {file: /srv/images/other.img}
  lax: {file: '/srv/images/[wo]*.img'}
  strict: {file: '/srv/images/[wo]*.img', skip: error}
  copied: {file: /srv/cow/nocow.img, copy: true}
  shared: {file: /srv/cow/nocow.img}
  forged: {file: '/srv/images/S*.img'}
Y
mark

for task in windows twins far over cut images other lax strict copied shared forged; do
  call $task "$PRE" $task
  $HOLDSTILL status $task >"$LAB/$task.shown"
  call $task-post "$POST" $task
  same $task quickly
done

# Another image gets the name of the one that is open.
call whole "$PRE" whole
truncate -s 20M /srv/images/cut.img
mount -o loop,offset=$((2048 * 512)) /srv/images/cut.img $there
echo second >$there/name
umount $there
mv /srv/images/cut.img /srv/images/whole.img
cat /run/holdstill/whole/p1/name
call whole-post "$POST" whole
same whole quickly
