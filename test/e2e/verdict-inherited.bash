# Hooks are called with a pipe as a descriptor: does it end with the hook, though ntfs-3g and dmeventd go on?
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  win: {lv: vg0/win, size: 16M}
Y
mark

# A monitor of LVM's own stays as well.
sed -i 's/monitoring=0/monitoring=1/' /etc/lvm/lvm.conf

mkfifo /run/inherited
for fd in 1 3 9 63; do
  # cat ends when nobody holds the other end any more.
  eval "timeout 20 cat /run/inherited >/dev/null & $REPO/dist/sesam/sbc_pre win $fd>/run/inherited" >/dev/null
  wait $! || echo "descriptor $fd is still open somewhere"
  [ $fd != 3 ] || { pgrep -x mount.ntfs-3g >/dev/null || pgrep ntfs-3g >/dev/null || echo 'no ntfs-3g was running'; }
  "$REPO/dist/sesam/sbc_post" win >/dev/null
done

# The same for standard output.
timeout 20 "$REPO/dist/sesam/sbc_pre" win | tail -n 1
timeout 20 "$REPO/dist/sesam/sbc_post" win | tail -n 1

killall -q dmeventd
same end
