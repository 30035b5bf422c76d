#!/bin/bash
# In the place of Xen's own /etc/xen/scripts/block, for disks that are block devices: the same without a look for other users, which starts
# a hundred processes. libxl waits 40 s for both disks, and that is not enough on a busy machine.
exec 2>>/var/log/xen/block.log
[ "$1" = add ] || exit 0
disk=$(xenstore-read "$XENBUS_PATH/params")
[[ $disk == /* ]] || disk=/dev/$disk
disk=$(readlink -f "$disk")
if [ -b "$disk" ]; then
  xenstore-write "$XENBUS_PATH/physical-device" "$(stat -L -c %t:%T "$disk")" "$XENBUS_PATH/physical-device-path" "$disk"
else
  xenstore-write "$XENBUS_PATH/hotplug-error" "$disk is no block device" "$XENBUS_PATH/hotplug-status" error
  exit 1
fi
