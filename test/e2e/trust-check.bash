# File systems that are checked before they are mounted: good ones, two with a wrong number, two that are damaged.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  well: {each: {lv: vg0/well*}, size: 8M, check: true}
  live: {path: /srv/live, size: 8M, check: true}
  mended: {lv: vg0/mended, size: 8M, check: true}
  damaged: {lv: vg0/damaged, size: 8M, check: true}
  xfs: {lv: vg0/xfs, size: 8M, check: true}
  fat: {lv: vg0/fat, size: 8M, check: true}
Y

debugfs -w -R 'set_super_value free_blocks_count 17' /dev/vg0/mended 2>/dev/null
debugfs -w -R 'clri <2>' /dev/vg0/damaged 2>/dev/null
xfs_db -x -c 'agi 0' -c 'write -d freecount 3' /dev/vg0/xfs >/dev/null
printf '\x01' | dd of=/dev/vg0/fat bs=1 seek=37 conv=notrunc status=none

sync
mark

for task in well live mended damaged xfs fat; do
  call $task "$PRE" $task
  $POST $task >/dev/null 2>&1
  same $task quickly
done
