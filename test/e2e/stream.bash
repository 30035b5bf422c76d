# Disks as they are: `holdstill stream`, and `holdstill run` with `{image}`.
. "$REPO/test/e2e/run.words.bash"
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  disk: {lv: vg0/disk, size: 8M}
  thin: {lv: vg0/thin}
  all: {each: {lv: 'vg0/[dt]*'}, size: 8M}
  image: {file: /srv/vm.img}
  cow: {subvolume: /srv/cow}
Y

head -c 16M /dev/urandom >/srv/vm.img
truncate -s 16777000 /srv/vm.img
mark

# bytes WHAT FILE...: whether all of them hold the same.
bytes() {
  local what=$1 first=$2
  shift 2
  for file; do cmp -s "$first" "$file" || echo "$what: $file differs"; done
}

# streamed NAME ARGUMENT...: its bytes go to /dev/shm/NAME, what it says to files as of `call`.
streamed() {
  local name=$1 status
  shift
  "$HOLDSTILL" stream "$@" >"/dev/shm/$name" 2>"$LAB/$name.err"
  status=$?
  : >"$LAB/$name.out"
  echo "$status 0" >"$LAB/$name.status"
}

# Of each storage.
streamed disk disk
bytes disk /dev/vg0/disk /dev/shm/disk
streamed thin thin
bytes thin /dev/vg0/thin /dev/shm/thin
streamed image image
bytes image /srv/vm.img /dev/shm/image
streamed of-many all thin
bytes 'one of many' /dev/vg0/thin /dev/shm/of-many
same streams quickly

# Of that instant, while somebody writes.
cp /dev/vg0/disk /run/disk.before
call instant holdstill run disk -- sh -c 'dd if=/dev/urandom of=/dev/vg0/disk bs=1M count=2 conv=fsync status=none; cmp "$0" /run/disk.before' '{image}'
call both holdstill run all -- sh -c 'echo "$0 $1"; cmp "$0" "$1"' '{image:disk}' '{image:vg0/disk}'
call open holdstill run disk -- sh -c '"$1" status disk' '{image}' "$HOLDSTILL"
same instant quickly

# What can't be.
call several holdstill run all -- touch /run/ran '{image}'
call no-such holdstill run all -- touch /run/ran '{image:vdb}'
call mixed holdstill run disk -- touch /run/ran '{image}' '{mount}'
call directory holdstill run cow -- touch /run/ran '{image}'
call no-task "$HOLDSTILL" stream other
script -qec "$HOLDSTILL stream disk" /run/typescript >/dev/null </dev/null
echo "on a terminal: $?"
ls /run/ran 2>/dev/null
same refused quickly

# Who reads it goes away; the snapshot overflows; the hook is killed.
{ "$HOLDSTILL" stream disk 2>"$LAB/pipe.err"; echo "$? 0" >"$LAB/pipe.status"; } | head -c 1M >/dev/null
: >"$LAB/pipe.out"
same 'a broken pipe' quickly
{ "$HOLDSTILL" stream disk 2>"$LAB/full.err"; echo "$? 0" >"$LAB/full.status"; } | {
  head -c 1M
  dd if=/dev/urandom of=/dev/vg0/disk bs=1M conv=fsync status=none 2>/dev/null
  cat
} >/dev/null
: >"$LAB/full.out"
same overflow quickly

# Who was to close it is gone, though those who called it are not.
bash -c '"$1" stream disk 2>/dev/null | { head -c 1M; exec sleep 300; } >/dev/null; exec sleep 301' - "$HOLDSTILL" 2>/dev/null &
until_true 20 pgrep -x dd >/dev/null
call there "$HOLDSTILL" recover
pkill -9 -f '^holdstill stream disk'
call held "$HOLDSTILL" recover disk
call gone "$HOLDSTILL" status disk
pkill -x -f 'sleep 300'
until_true 10 eval '! pgrep -x dd >/dev/null'
call freed "$HOLDSTILL" recover
pkill -x -f 'sleep 301'
wait
same killed
