# The disk under a snapshot, or under its origin, gives errors or no answer.
. "$REPO/test/e2e/faults.words.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
Y
mark

origin=vg0-data-real

# open: task t; its snapshot, as device-mapper calls it, is $snapshot.
open() {
  $PRE t >/dev/null
  snapshot=vg0-$(snapshot_of t)
}

# What has changed since is lost.
open
dd if=/dev/urandom of=/srv/data/some bs=64k count=4 conv=fsync status=none
sync

# A write of the live file system, which comes when it likes, would make the snapshot invalid besides.
mount -o remount,ro /srv/data
fail_under "$snapshot-cow"
call kept-lost "$POST" t
mount -o remount,rw /srv/data
same kept-lost quickly

# A write of the origin can not be kept.
open
fail_under "$snapshot-cow"
dd if=/dev/urandom of=/srv/data/some bs=64k count=4 conv=fsync status=none
call all-lost "$BACULA" t
same all-lost quickly

# The directory is still in memory, and the product's reads of files failed.
open
fail_under $origin
cat /mnt/t/* >/dev/null 2>&1
echo "read $?"
call origin "${SESAM[@]}" t
same origin quickly

# The directory can not be read either.
open
fail_under $origin
echo 3 >/proc/sys/vm/drop_caches
call unreadable "$BACULA" t
same unreadable quickly

# It does not answer.
open
echo 3 >/proc/sys/vm/drop_caches
dmsetup suspend --nolockfs --noflush "$snapshot"
call hanging timeout -s KILL 100 "$POST" t
dmsetup resume "$snapshot"
sleep 1
call hung "$HOLDSTILL" recover
same hanging
