# dmeventd unmounts a snapshot that is full, in the middle of a backup by SEP sesam, by a script, by `run`. MARKER: the file that is seen then.
. "$REPO/test/e2e/guest.bash"

sep_install
configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
Y
mark

# As lvm2-monitor.service does when it is started again.
sed -i 's/monitoring=0/monitoring=1/' /etc/lvm/lvm.conf

# Of a snapshot that is full, ext4 shows nothing even before it is unmounted (Linux 7.2).
not_mounted() { ! findmnt --mountpoint "$1" >/dev/null; }

# unmounted NAME: makes that happen, and keeps the marker as NAME.
unmounted() {
  vgchange -qq --monitor y vg0
  dd if=/dev/urandom of=/srv/data/big bs=1M count=20 conv=fsync status=none
  until_true 30 not_mounted /mnt/t
  cp "/mnt/t/$MARKER" "$LAB/$1"
  rm /srv/data/big
}

sep_backup sep t /mnt/t unmounted sep-marker
tar -tf /dev/shm/sep.tar
same sesam quickly

$PRE t >/dev/null
unmounted marker
call generic "$POST" t
same generic quickly

call run "$HOLDSTILL" run t -- bash -c "$(declare -f unmounted not_mounted until_true); LAB=$LAB MARKER=$MARKER; unmounted run-marker; tar -C {mount} -cf /dev/null ."

killall -q dmeventd
same end
