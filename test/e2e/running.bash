# File systems as a running guest leaves them: a file that is open and gone, an ntfs in use, a btrfs whose default is not its top.
. "$REPO/test/lab/guest/break.bash"

# A file that is deleted and still open.
exec 9>/srv/data/gone
head -c 100000 /dev/urandom >&9
rm /srv/data/gone
echo kept >/srv/data/kept

# The log of an ntfs as Windows leaves it while it runs.
mkntfs -qFQ /dev/vg0/dirty
ntfs-3g /dev/vg0/dirty /mnt
echo dirty >/mnt/name
umount /mnt
perl "$REPO/test/lab/guest/ntfs-log.pl" "$(ntfscat -f -i 2 /dev/vg0/dirty | wc -c)" >/run/log
ntfscp -f -q -i /dev/vg0/dirty /run/log 2

mkfs.btrfs -q -f --mixed /dev/vg0/tree >/dev/null
mount /dev/vg0/tree /mnt
for name in @ @home @/below; do
  btrfs -q subvolume create /mnt/$name
  echo $name >/mnt/$name/name
done
btrfs subvolume set-default /mnt/@
umount /mnt

configure <<'Y'
tasks:
  live: {path: /srv/data, size: 8M}
  dirty: {lv: vg0/dirty, size: 8M}
  tree: {lv: vg0/tree, size: 8M}
Y
sync
mark

for task in live dirty tree; do
  call $task "$PRE" $task
  (
    cd /run/holdstill/$task && cat kept name @/name @home/name @/below/name 2>/dev/null
    ls gone 2>/dev/null
  )
  call $task-post "$POST" $task
  same $task quickly
done

# The origin is as it was.
ntfs-3g.probe --readwrite /dev/vg0/dirty 2>/dev/null
echo $?
