# The file beneath each mount, MARKER: it is there when the mount goes away, and nothing else is ever removed in its place.
. "$REPO/test/e2e/guest.bash"

configure <<'Y'
tasks:
  vm: {lv: vg0/vm, mount: /mnt/vm}
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
  far: {lv: vg0/data, size: 8M, mount: /srv/far/deep/t}
Y

mkdir -p /srv/far/deep
mark

# Two partitions: one is unmounted, somebody works in the other.
call plan "$HOLDSTILL" plan vm
$PRE vm >/dev/null
# shellcheck disable=SC2010 # nothing of that name may be seen
ls /mnt/vm/p1 | grep NOT
umount /mnt/vm/p1
ls /mnt/vm/p1

(cd /mnt/vm/p2 && exec sleep 90) &
sleep 0.3
call busy "$POST" vm
kill $!
wait $! 2>/dev/null
call free "$HOLDSTILL" recover
same partitions quickly

beneath=/mnt/t/$MARKER

# foreign NAME COMMAND...: what the command makes in the marker's place stays, and is told of.
foreign() {
  local name=$1
  shift
  $PRE t >/dev/null
  umount /mnt/t
  mv "$beneath" /run/kept
  "$@"
  ls -l "$beneath" >/run/there
  call "$name" timeout 60 "$POST" t
  # shellcheck disable=SC2012 # all that ls shows of it
  ls -l "$beneath" | cmp - /run/there || echo "$name: it was changed"
  rm -r "$beneath"
  cp -p /run/kept "$beneath"
  $HOLDSTILL recover >/dev/null
  same "$name" quickly
}

longer() {
  cp /run/kept "$beneath"
  echo more >>"$beneath"
}

foreign edited longer
foreign link ln -s /run/kept "$beneath"
foreign directory mkdir "$beneath"
foreign pipe mkfifo "$beneath"
foreign owner install -o 1 /run/kept "$beneath"

# Half written, as by a crash, or removed by somebody.
$PRE t >/dev/null
umount /mnt/t
: >"$beneath"
$POST t >/dev/null
same 'half written' quickly
$PRE t >/dev/null
umount /mnt/t
rm "$beneath"
$POST t >/dev/null
same 'gone' quickly

# Its mount point is on a file system that is not mounted now, as at the beginning of a start.
$PRE far >/dev/null
umount /srv/far/deep/t /srv/far
call away "$HOLDSTILL" recover far
mount /dev/vg0/far /srv/far
call back "$HOLDSTILL" recover
ls -A /srv/far/deep
same 'far' quickly
