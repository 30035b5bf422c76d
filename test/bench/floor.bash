#!/bin/bash
# floor.bash pre|post VG GUEST...: the least that the same takes: one lvm for all snapshots and a mount each, one umount and one
# lvremove. The offset of the partition is known beforehand. No looking, no check, no undo, no verdict.
set -e
phase=$1 vg=$2
shift 2
snapshots=("${@/#/$vg/floor-}") points=("${@/#//mnt/floor/}")
if [ "$phase" = pre ]; then
  mkdir -p "${points[@]}"
  for guest; do echo "lvcreate -y -L 32M -s -n floor-$guest $vg/$guest"; done | lvm
  for guest; do mount -t ext4 -o ro,loop,offset=32256,sizelimit=62914560 "/dev/$vg/floor-$guest" "/mnt/floor/$guest"; done
else
  umount "${points[@]}"
  lvremove -qq -y "${snapshots[@]}"
  rmdir "${points[@]}"
fi
