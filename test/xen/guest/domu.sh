#!/bin/sh
# The only process of a guest: counts on both of its disks in turn, each write forced to the disk before the next one. No process is started for that;
# one takes a tenth of a second here.
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
while read -r module; do insmod "/modules/$module" 2>/dev/null; done </modules/list
n=0
while [ ! -b /dev/xvdb ] && [ $n -lt 100 ]; do
  sleep 0.1
  n=$((n + 1))
done
mount -t ext3 -o sync /dev/xvda1 /a && mount -t ext4 -o sync /dev/xvdb /b && echo "guest: counts"
n=0
while :; do
  n=$((n + 1))
  echo $n >>/a/count
  echo $n >>/b/count
  echo "guest: $n"
  # shellcheck disable=SC3045 # busybox has it
  read -r -t 0.2 _ </dev/console
done
