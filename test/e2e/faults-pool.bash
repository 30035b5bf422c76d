# A thin pool that refuses, one that queues, and one without room for metadata.
. "$REPO/test/e2e/faults.words.bash"

configure <<'Y'
tasks:
  refusing: {lv: vg0/thin1}
  queueing: {lv: vg0/thin2}
  listed: {lv: vg0/thin3}
Y
lvchange -qq --errorwhenfull y vg0/refuse
mark

# overwrite LV: all of it, until the pool is full.
overwrite() { dd if=/dev/zero of="/dev/vg0/$1" bs=1M oflag=direct status=none 2>/dev/null; }

$PRE refusing >/dev/null
overwrite thin1
call refusing "$POST" refusing

$PRE queueing >/dev/null
overwrite thin2 &
until_true 20 eval "lvs --noheadings -o lv_health_status vg0/queue | grep -q out"
call queueing timeout -s KILL 100 "${SESAM[@]}" queueing

$PRE listed >/dev/null
fill_metadata vg0-list-tpool
call listed "$BACULA" listed

# Nothing is left.
ls --hide='*.history' /run/holdstill /var/lib/holdstill
lvs --noheadings -o lv_name -S lv_tags=holdstill
kill -9 $!
