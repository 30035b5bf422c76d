# With a real udev: which links do snapshots of ours get, without our rule and with it?
. "$REPO/test/e2e/recover.words.bash"

# LVM works with udev; in the lab it does without.
sed -i 's/udev_sync=0 udev_rules=0/udev_sync=1 udev_rules=1/' /etc/lvm/lvm.conf
unset DM_DISABLE_UDEV
/usr/lib/systemd/systemd-udevd --daemon

# again WHEN ORIGIN: how many links by what is in them the origin and the snapshot $s have, when udev has looked anew.
again() {
  lvchange -qq -an "$2"
  lvchange -qq -ay "$2"
  udevadm settle --timeout=30
  echo "$1: $(for lv in "$2" "vg-0/$s"; do udevadm info --query=symlink "/dev/$lv"; done | tr ' ' '\n' | grep -c '^disk/by-')"
}

# A volume whose name in device-mapper has doubled hyphens.
$PRE w >/dev/null
s=$(snapshot_of w)
umount /run/holdstill/w
again without vg-0/da-ta
install -m 644 dist/udev/09-holdstill.rules /etc/udev/rules.d/
udevadm control --reload
again with vg-0/da-ta
udevadm info --query=symlink "/dev/vg-0/$s"
readlink /dev/disk/by-uuid/*
udevadm info --query=name /dev/vg-0/da-ta
call post "$POST" w

# A device of ours over a partition.
configure <<<'tasks: {x: {lv: vg-0/disk, size: 8M}}'
$PRE x >/dev/null
udevadm settle --timeout=30
echo "map: $(udevadm info "$(findmnt -no SOURCE /run/holdstill/x/p1)" | grep -c -e disk/by- -e ID_FS)"
call map "$POST" x
