# Each task has something that can't be taken, or must not be: what does its pre say?
. "$REPO/test/lab/guest/break.bash"

# A btrfs of two disks, and a guest's disk whose second partition is encrypted.
mkfs.btrfs -q -f --mixed /dev/vg0/pair1 /dev/vg0/pair2 >/dev/null
(
  umask 077
  echo -n right >/run/right
  echo -n wrong >/run/wrong
)
sfdisk -q --no-reread --no-tell-kernel /dev/vg0/sealed <<<$'label: dos\nstart=2048, size=8192\nstart=10240, size=40960'
mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/sealed 4M
loop=$(losetup --find --show --offset $((10240 * 512)) /dev/vg0/sealed)
cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /run/right "$loop"
losetup -d "$loop"

# Images, one with a name that is no UTF-8; subvolumes; an image that is written to while it is copied.
truncate -s 8M /srv/images/plain.raw
mkfs.ext4 -q -F /srv/images/plain.raw
cp /srv/images/plain.raw /srv/images/$'name\xff.raw'
btrfs -q subvolume create /srv/cow/top
btrfs -q subvolume create /srv/cow/top/below
btrfs -q subvolume create /srv/cow/own
echo own >/srv/cow/own/name
touch /srv/cow/busy.img
chattr +C /srv/cow/busy.img
dd if=/dev/urandom of=/srv/cow/busy.img bs=1M count=32 status=none
sync

configure <<'Y'
tasks:
  pair: {lv: vg0/pair1, size: 8M}
  sealed: {lv: vg0/sealed, size: 8M, keys: [/run/wrong]}
  asked: {lv: vg0/sealed, size: 8M, keys: [/run/wrong], partitions: [1, 2]}
  odd: {file: '/srv/images/*.raw'}
  plain: {file: /srv/images/plain.raw}
  strict: {file: '/srv/images/*.raw', skip: error}
  top: {subvolume: /srv/cow/top}
  own1: {subvolume: /srv/cow/own, skip: error}
  own2: {subvolume: /srv/cow/own, skip: error}
  busy: {file: /srv/cow/busy.img, copy: true}
Y
mark

for path in /srv/cow/own /srv/images/plain.raw /srv/images /proc /dev/vg0/sealed; do
  call "find$(tr / - <<<$path)" "$HOLDSTILL" find $path
done
for task in pair sealed asked odd strict top; do
  call $task "$PRE" $task
  $POST $task >/dev/null
  same $task quickly
done

# Two tasks of one subvolume.
call own1 "$PRE" own1
call own2 "$PRE" own2
cat /run/holdstill/own{1,2}/name
for task in own1 own2; do call $task-post "$POST" $task; done
same own quickly

perl -MIO::Handle -e 'open my $f, "+<", shift or die $!; for (;;) { seek $f, 0, 0; print $f rand; $f->flush; select undef, undef, undef, 0.002 }' /srv/cow/busy.img &
writer=$!
call busy "$PRE" busy
kill $writer
wait $writer 2>/dev/null
same busy quickly

# Between two commands somebody puts a link to a live volume, or to another directory, in the place of a snapshot.
mkdir /run/real
cat >/run/swapping <<'S'
[ ! -s /run/swap ] || for word; do
  case $word in
    */.hs.*) [ -L "$word" ] || { mv "$word" "${word%/*}/kept" && ln -s "$(</run/swap)" "$word"; } ;;
  esac
done
S
for tool in losetup mount; do
  path=$(realpath "$(type -P $tool)")
  mv "$path" /run/real/$tool
  { echo '#!/bin/bash' && cat /run/swapping && echo "exec /run/real/$tool \"\$@\""; } >"$path"
  chmod 755 "$path"
done

# swapped TASK LINK: pre while that is done, then recover after the snapshot is back in its place.
swapped() {
  echo "$2" >/run/swap
  call "swapped-$1" "$PRE" "$1"
  : >/run/swap
  losetup --noheadings -O BACK-FILE | grep sealed
  findmnt -n "/run/holdstill/$1"
  kept=$(echo /srv/*/kept /srv/*/*/.hs.*/kept | tr ' ' '\n' | grep -v '[*]')
  link=$(find "${kept%/*}" -maxdepth 1 -type l -name '*.own' -o -type l -name '.hs.*')
  rm "$link"
  mv "$kept" "$link"
  call "cleared-$1" "$HOLDSTILL" recover "$1"
  same swapped "$1"
}
swapped plain /dev/vg0/sealed
swapped own1 /srv/cow/top

# A host without LVM.
lvm=$(realpath "$(type -P lvm)")
mv "$lvm" /run/lvm
call plain "$PRE" plain
call plain-status "$HOLDSTILL" status
call plain-post "$POST" plain
call find-without "$HOLDSTILL" find /srv/images
mv /run/lvm "$lvm"
same plain quickly
