# Devices over a snapshot, and programs that look into it, keep a task.
. "$REPO/test/e2e/busy.words.bash"

# over TASK: our device over its partition
over() { echo "/dev/$(dmsetup info --columns --noheadings -o blkdevname "hs.$(snapshot_of "$1" | cut -d. -f2)-0-map")"; }

# A loop device and device-mapper on the snapshot, and a process that has it open.
$PRE d >/dev/null
snapshot=/dev/vg0/$(snapshot_of d)
loop=$(losetup -f --show -o 4096 "$snapshot")
dmsetup create holder --table "0 8192 linear $loop 0"
exec 9<"$snapshot"
hold sleep 900
exec 9<&-
busy above d
dmsetup remove holder
losetup -d "$loop"
free above d

# Device-mapper on our own device over a partition; its mount is gone.
# Read-only: who writes to a snapshot makes it his own (forgotten.test.ts).
$PRE d >/dev/null
umount /run/holdstill/d/p1
ours=$(over d)
dmsetup create holder --readonly --table "0 8192 linear $ours 0"
busy ours d
dmsetup remove holder
free ours d

# Who reads by way of FUSE; a loop device over a file.
$PRE w >/dev/null
loop=$(losetup -r -f --show /run/holdstill/w/noise.bin)
hold bash -c "cd /run/holdstill/w; exec sleep 900"
busy fuse w
losetup -d "$loop"
free fuse w

# Udev and blkid look in and leave, again and again, and some for seconds.
$PRE d >/dev/null
snapshot=/dev/vg0/$(snapshot_of d)
ours=$(over d)
hold perl -e 'for (1 .. 4000) { for my $d (@ARGV) { open my $f, "<", $d or next; sysread $f, my $b, 512; close $f; select undef, undef, undef, 0.05 } }' "$snapshot" "$ours"
# shellcheck disable=SC2217 # it only keeps it open
sleep 3 <"$ours" &
# shellcheck disable=SC2217
sleep 4 <"$snapshot" &
call look "$POST" d
free look d

# Task u is still open.
$POST u >/dev/null
lvs --noheadings -o lv_name --select lv_tags=holdstill
