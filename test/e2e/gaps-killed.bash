# The hook is killed while LVM has still to do what it was told.
. "$REPO/test/e2e/gaps.words.bash"

$PRE a-warm >/dev/null
mkdir /mnt/both
mark

mkdir /usr/sbin/real
mv /usr/sbin/lvm /usr/sbin/real/lvm

# The first lvm has its input at once and is slow to do it; what it was told is done though its caller is gone.
executable /usr/sbin/lvm <<'LVM'
#!/bin/bash
if [ $# = 0 ] && [ "${0##*/}" = lvm ]; then
  lines=$(cat)
  rm /run/slow 2>/dev/null && sleep 4
  exec /usr/sbin/real/lvm <<<"$lines"
fi
exec -a "${0##*/}" /usr/sbin/real/lvm "$@"
LVM

for end in "$HOLDSTILL recover" "$POST a"; do
  touch /run/slow
  $PRE a >/dev/null &
  until_true 20 pgrep -f 'sleep 4' >/dev/null
  pkill -9 -f '^holdstill pre'
  wait
  # shellcheck disable=SC2086 # a command and its arguments
  call end $end
  sleep 5
  lvs --noheadings -o lv_name --select lv_tags=holdstill
  same "$end"
done
