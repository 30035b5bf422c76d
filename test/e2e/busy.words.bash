# Tasks that somebody keeps. Task u is open all the time, and must stay so.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/plain, size: 8M, autoextend: false}
  d: {lv: vg0/disk, size: 8M, autoextend: false}
  w: {lv: vg0/win, size: 8M, autoextend: false}
  u: {lv: vg0/other, size: 8M, autoextend: false}
Y
$PRE u >/dev/null
mkdir /mnt/b /mnt/c
touch /mnt/ns
mark

export DM_DISABLE_UDEV=1
holders=()

# hold COMMAND...: it goes on until `free`. Its pid is in holders, once it holds.
hold() {
  "$@" &
  holders+=($!)
  sleep 0.4
}

# busy NAME TASK: pre and post while somebody keeps it.
busy() {
  call "$1-pre" "$PRE" "$2"
  call "$1-post" "$POST" "$2"
}

# free NAME TASK [COMMAND...]: nobody holds it any more; post, or that command, ends it.
free() {
  local name=$1 task=$2
  shift 2
  [ $# -gt 0 ] || set -- "$POST"
  if [ ${#holders[@]} -gt 0 ]; then
    kill "${holders[@]}"
    wait "${holders[@]}" 2>/dev/null
    holders=()
  fi
  call "$name-end" "$@" "$task"
  same "$name" quickly
}
