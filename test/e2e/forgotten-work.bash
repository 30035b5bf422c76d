# Somebody mounts a snapshot and writes into it, or only reads.
. "$REPO/test/e2e/forgotten.words.bash"

mkdir -p /srv/data
configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 16M}
Y
mark

# worked DEVICE OPTIONS: somebody mounts it, and writes.
worked() { mount -o "$2" "$1" /srv/data && echo 'work of a day' >/srv/data/today && sync; }

# is_kept WHAT SNAPSHOT: it has what he wrote.
is_kept() {
  mount -o ro "/dev/vg0/$2" /srv/data && grep -q work /srv/data/today || echo "$1: the work is gone"
  umount /srv/data
}

# discard TASK: the admin has decided.
discard() {
  $HOLDSTILL recover "$1" --discard >/dev/null
  same "$1 discarded" quickly
}

# Seen by post; gone at the hourly run and for the next pre.
$PRE t >/dev/null
s=$(snapshot_of t)
umount /run/holdstill/t
worked "/dev/vg0/$s" rw
call t-status "$HOLDSTILL" status t
call t-post "$POST" t
call t-busy "$HOLDSTILL" recover t --discard
umount /srv/data
call t-boot "$HOLDSTILL" recover --boot
call t-pre "$PRE" t
is_kept t "$s"
call t-discard "$HOLDSTILL" recover t --discard
same t quickly

# Never seen, after a start; then one that is only looked at.
$PRE t >/dev/null
s=$(snapshot_of t)
restart t data
worked "/dev/vg0/$s" rw
umount /srv/data
call unseen "$HOLDSTILL" recover --boot
umount $BOOT
is_kept unseen "$s"
discard t
$PRE t >/dev/null
restart t data
mount -o ro "/dev/vg0/$(snapshot_of t)" /srv/data
umount /srv/data
call read "$HOLDSTILL" recover --boot
umount $BOOT
same 'mounted read-only' quickly
