# Somebody works on a snapshot of a disk, of xfs, of an image, of a subvolume.
. "$REPO/test/e2e/forgotten.words.bash"

truncate -s 8M /srv/cow/a.img
mkfs.ext4 -q -F /srv/cow/a.img
btrfs -q subvolume create /srv/cow/sub
sync
configure <<'Y'
tasks:
  disk: {lv: vg0/disk, size: 16M}
  x: {lv: vg0/x, size: 16M}
  image: {file: /srv/cow/a.img}
  sub: {subvolume: /srv/cow/sub}
Y
mark

# A machine runs on it while our mount stands; then it has ended; then nobody knows of it, and somebody reads it.
$PRE disk >/dev/null
s=$(snapshot_of disk)
exec 9<>"/dev/vg0/$s"
dd if=/dev/urandom of="/dev/vg0/$s" bs=4k count=1 seek=11000 conv=notrunc,fsync status=none
call disk "$POST" disk
exec 9>&-
call disk-gone "$HOLDSTILL" recover
mv /var/lib/holdstill/disk.journal /run/kept
exec 9<"/dev/vg0/$s"
call stray "$HOLDSTILL" status
exec 9>&-
mv /run/kept /var/lib/holdstill/disk.journal
$HOLDSTILL recover disk --discard >/dev/null
same disk

# Xfs writes when it is unmounted, though it was mounted read-only; somebody has it open and writes nothing.
$PRE x >/dev/null
exec 9<>"/dev/vg0/$(snapshot_of x)"
umount /run/holdstill/x
call x "$POST" x
exec 9>&-
call x-gone "$POST" x
same x

# In a mount namespace of his own.
$PRE image >/dev/null
s=$(echo /srv/cow/.hs.*)
umount /run/holdstill/image
losetup --noheadings -O NAME -j "$s" | xargs -r losetup -d
unshare -m sh -c "mount -o loop $s /mnt && echo work >/mnt/today && sync && exec sleep 90" &
until_true 20 pgrep -x sleep >/dev/null
call image "$POST" image
pkill -x sleep
wait $!
call image-gone "$HOLDSTILL" recover image
ls "$s" >/dev/null

# A subvolume that is made writable.
$PRE sub >/dev/null
s=$(echo /srv/cow/sub/.hs.*/*)
btrfs property set "$s" ro false
echo 'work of a day' >"$s/today"
call sub "$POST" sub
btrfs property set "$s" ro true
call sub-gone "$HOLDSTILL" recover sub
cat "$s/today"
