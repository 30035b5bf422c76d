# Somebody suspends a snapshot just before it is mounted, as LVM does when another one of its origin is taken.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  one: {lv: vg0/data, size: 8M}
  two: {each: {lv: 'vg0/*'}, size: 8M}
Y
mark

real=$(command -v mount)
mv "$real" "$real.real"
executable "$real" <<'SH'
#!/bin/bash
[ ! -e /run/suspends ] || {
  rm /run/suspends
  device=$(dmsetup info -c --noheadings -o name | grep -x 'vg0-hs.*\.data')
  dmsetup suspend "$device" && touch /run/was-suspended
  (sleep 1 && dmsetup resume "$device") >/dev/null 2>&1 </dev/null &
}
exec "$0.real" "$@"
SH

for task in one two; do
  touch /run/suspends
  call $task "$PRE" $task
  rm /run/was-suspended || echo "$task: nobody suspended it"
  call $task-post "$POST" $task
  same $task
done
