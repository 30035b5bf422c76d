# Logical volumes, mounts, files and loop devices of somebody else, where ours are or were.
. "$REPO/test/e2e/foreign.words.bash"

# Task u is open all the time, and must stay so.
$PRE u >/dev/null
mark

# A foreign LV of the recorded name: without a tag, with the tag of another run, of another origin.
n=0
for tag in none another origin; do
  n=$((n + 1))
  $PRE t >/dev/null
  name=$(snapshot_of t) run=$(snapshot_of t | cut -d. -f2)
  umount /mnt/t
  lvremove -qq -y "vg0/$name"
  case $tag in
    none) lvcreate -qq -s -L 8M -n "$name" vg0/plain ;;
    another) lvcreate -qq -s -L 8M -n "$name" --addtag holdstill.run=00000000 vg0/plain ;;
    origin) lvcreate -qq -s -L 8M -n "$name" --addtag "holdstill.run=$run" vg0/other ;;
  esac
  call lv$n "$POST" t
  lvs "vg0/$name" >/dev/null || echo "foreign LV $n was removed"
  lvremove -qq -y "vg0/$name"
  call lv$n-again "$POST" t
  same "foreign LV $n" quickly
done

# The same, the crash being between noting and doing, so no UUID is known; and an LV that is no snapshot.
crashed
name=$(snapshot_of t)
umount /mnt/t
lvremove -qq -y "vg0/$name"
edit_journal "$journal" '/"learned"/d'
lvcreate -qq -y -L 8M -n "$name" --addtag "holdstill.run=$(cut -d. -f2 <<<"$name")" vg0
call plain-lv "$HOLDSTILL" recover
lvs "vg0/$name" >/dev/null || echo 'a plain LV was removed'
lvremove -qq -y "vg0/$name"
$HOLDSTILL recover >/dev/null
same 'a plain LV' quickly

# A snapshot of another tool on the same origin.
lvcreate -qq -s -L 8M -n backup_tool vg0/plain
$PRE t >/dev/null
call other-tool "$POST" t
lvs vg0/backup_tool >/dev/null || echo 'the snapshot of another tool was removed'
lvremove -qq -y vg0/backup_tool
same 'another tool' quickly

# A foreign mount over our mount point, and a file in a directory of ours.
$PRE t >/dev/null
mount -t tmpfs -o size=64k none /mnt/t
call over "$POST" t
findmnt -n -o FSTYPE /mnt/t | grep -c .
umount /mnt/t
call over-again "$POST" t
same 'a foreign mount' quickly
$PRE d >/dev/null
touch /mnt/d/file
call file "$POST" d
cat /mnt/d/file || echo 'the file was removed'
rm /mnt/d/file
call file-again "$POST" d
same 'a file' quickly

# A loop device of somebody else: elsewhere in the same snapshot, and at the very same place.
for offset in 0 1048576; do
  $PRE d >/dev/null
  loop=$(losetup -f --show -o $offset --sizelimit 33554432 "/dev/vg0/$(snapshot_of d)")
  call loop$offset "$POST" d
  losetup "$loop" >/dev/null || echo "the loop device of somebody at $offset was detached"
  losetup -d "$loop"
  call loop$offset-again "$POST" d
  same "a loop device at $offset"
done
same end

call survivor "$HOLDSTILL" status u
call survivor-post "$POST" u
