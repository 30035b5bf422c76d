# Somebody reads the mount of an open task: what do pre, recover and post say, and what is done when he is gone?
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 16M}
Y
mark

$PRE t >/dev/null
(cd /run/holdstill/t && exec sleep 90) &
sleep 0.3
call busy-pre "$PRE" t
call busy-recover "$HOLDSTILL" recover t
call busy "$POST" t
call busy-again "$HOLDSTILL" recover

kill $!
wait $! 2>/dev/null
call free "$HOLDSTILL" recover
same end
