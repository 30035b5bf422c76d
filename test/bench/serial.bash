#!/bin/bash
# serial.bash pre|post VG GUEST...: what Stapelberg's article does by hand, for one guest after the other: a snapshot, the
# offset of its first partition by parted, a loop device there, its journal repaired by fsck, a mount; and all of it back. No
# undo, no checks, no verdict.
set -e
phase=$1 vg=$2
shift 2
mkdir -p /run/serial
for guest; do
  snapshot=/dev/$vg/snap-$guest
  if [ "$phase" = pre ]; then
    lvcreate -s -L 32M -n "snap-$guest" "/dev/$vg/$guest"
    start=$(parted -s -m "$snapshot" unit B print | sed -n 's/^1:\([0-9]*\)B.*/\1/p')
    loop=$(losetup -f --show -o "$start" "$snapshot")
    fsck.ext4 -y "$loop" >/dev/null 2>&1 || [ $? -le 1 ]
    echo "$loop" >"/run/serial/$guest"
    mkdir -p "/mnt/serial/$guest"
    mount -t ext4 -o ro "$loop" "/mnt/serial/$guest"
  else
    umount "/mnt/serial/$guest"
    losetup -d "$(<"/run/serial/$guest")"
    lvremove -f "$snapshot"
  fi
done
