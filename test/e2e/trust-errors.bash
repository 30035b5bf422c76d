# File systems with a directory that is garbage, which say that their host shall panic at an error.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  guest: {lv: vg0/guest, size: 8M}
  host: {lv: vg0/host, size: 8M, trust: host}
Y

for lv in guest host; do
  mount /dev/vg0/$lv /mnt
  mkdir /mnt/torn
  echo whole >/mnt/whole
  touch /mnt/torn/file
  umount /mnt
  # The number has a blank behind it.
  read -r block < <(debugfs -R 'blocks /torn' /dev/vg0/$lv 2>/dev/null)
  dd if=/dev/urandom of=/dev/vg0/$lv bs=1k seek="$block" count=1 conv=notrunc status=none
  tune2fs -e panic /dev/vg0/$lv >/dev/null
done

sync
mark

for task in guest host; do
  call $task "$PRE" $task
  cat /run/holdstill/$task/whole
  ls /run/holdstill/$task/torn >/dev/null 2>&1 && echo 'read what is torn'
  $POST $task >/dev/null
  same $task
done
