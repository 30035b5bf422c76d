# What others do with ours while a task is open. Task u is open all the time, and must stay so.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/plain, size: 8M, autoextend: false, mount: /mnt/t}
  d: {lv: vg0/disk, size: 8M, autoextend: false, mount: /mnt/d}
  u: {lv: vg0/other, size: 8M, autoextend: false}
  thin1: {lv: vg0/thin1}
  thin2: {lv: vg0/thin2}
  r: {lv: vg1/data, size: 8M, autoextend: false}
Y
$PRE u >/dev/null
snapshot_of u | cut -d. -f2 | tr -d '\n' >"$LAB/u"
mark

# opened TASK: opens it; the snapshot's $name, and $run.
opened() {
  $PRE "$1" >/dev/null || echo "pre of $1 failed"
  # shellcheck disable=SC2034 # for the scripts
  name=$(snapshot_of "$1") run=$(snapshot_of "$1" | cut -d. -f2)
}

# there LV NAME: it must be.
there() { lvs "$1" >/dev/null 2>&1 || echo "$2: $1 was removed"; }

# again NAME TASK: the cause is gone, and post ends it.
again() {
  call "$1-again" "$POST" "$2"
  same "$1" quickly
}
