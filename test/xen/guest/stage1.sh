#!/bin/sh
# First process of the control domain: goes on in its root, /dev/vda.
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
while read -r module; do insmod "/modules/$module" 2>/dev/null; done </modules/list
n=0
while [ ! -e /dev/vda ] && [ $n -lt 100 ]; do
  sleep 0.1
  n=$((n + 1))
done
mount -t ext4 -o rw,noatime /dev/vda /new
for name in dev proc sys; do mount --move /$name /new/$name; done
exec switch_root /new /init
