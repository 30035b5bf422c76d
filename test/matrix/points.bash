# For guests that try one point after the other: what all of them need. A point that is done leaves a line in $LAB/points,
# `ok WHAT` or `failed WHAT`, and what was wrong in $LAB/failures.
. "$REPO/test/lab/guest/sabotage.bash"
. "$REPO/test/matrix/storages.bash"

# begin: what $STORAGE has, a configuration, the machine as it is now as the one that shall always come back. $TIMEOUT: of a hook.
begin() {
  mkdir -p -m 755 /etc/holdstill
  (umask 077 && echo -n 'a long word' >/etc/holdstill/key)
  "make_$STORAGE"
  # The watcher of `whole` is enough: each costs the guest half a second.
  local more="size: 8M, timeout: ${TIMEOUT:-2m}"
  configure <<Y
tasks:
  whole: {lv: vg0/vm-data, $more}
  parts: {lv: vg0/vm-disk, $more, autoextend: false}
  each: {each: {lv: vg0/vm-*}, $more, autoextend: false}
  nested: {lv: vg0/vm-guest, $more, autoextend: false, keys: [/etc/holdstill/key]}
  images: {file: /srv/images/*.img, timeout: ${TIMEOUT:-2m}, keys: [/etc/holdstill/key]}
  subvolume: {subvolume: /srv/data/sub, timeout: ${TIMEOUT:-2m}}
  resting: {each: {lv: vg0/vm-*}, $more, autoextend: false, quiesce: [{command: {rest: [/usr/local/sbin/rest], thaw: [/usr/local/sbin/thaw]}}, barrier]}
Y
  mkdir -p -m 700 /run/holdstill /var/lib/holdstill /var/log/holdstill
  sabotage
  : >"$LAB/points"
  : >"$LAB/failures"
  mark_closed
  # shellcheck disable=SC2086 # one or more
  origins $ORIGINS >/run/origins
}

# goes_on: nothing is at rest any more. The guard lets go what the hook can't, and the task may be closed long after that.
goes_on() { [ ! -e /mnt/resting ] && ! grep -qs 1 /sys/block/dm-*/dm/suspended; }
went_on() { goes_on || until_true 15 goes_on || problem 'it still rests'; }

# finish: nobody has written to the origins, so they are what they were, to the bit.
finish() {
  what='at the end' failed=
  # shellcheck disable=SC2086 # one or more
  origins $ORIGINS | diff /run/origins - >/run/sabotage/out || { said=$(</run/sabotage/out) && problem 'an origin was changed'; }
  grep -q clean /run/origins || problem 'e2fsck found no file system'
}

# number_of FIRST-OR-LAST EVENT MOMENT...: which moment that is.
number_of() {
  local which=$1 event=$2 n=0 found=0 moment
  shift 2
  for moment; do
    n=$((n + 1))
    [ "$moment" = "$event" ] && { found=$n && [ "$which" = first ]; } && break
  done
  number=$found
}

# problem TEXT: this point has failed; the next one starts from a machine that is clean, by force.
problem() {
  printf '%%%%%s\n%s\n%s\n' "$what" "$*" "$said" >>"$LAB/failures"
  [ -n "$failed" ] || echo "failed $what" >>"$LAB/points"
  failed=1 open=
  by_force
  is_closed >>"$LAB/failures" || die "after $what nothing could clean this machine: $(is_closed)"
}

# says STATUS TEXT...: the answer of the last hook must be this.
says() {
  local due=$1 text
  shift
  [ "$status" = "$due" ] || { problem "$last: status $status, not $due" && return 1; }
  for text; do
    [[ $said = *"$text"* ]] || { problem "$last does not say '$text'" && return 1; }
  done
}

# after COMMAND...: run a hook; $status and $said are for `says`.
after() {
  last="${*##*/}"
  plainly "$@"
  status=$?
}

# closed, opened: this is how the machine must be now.
closed() {
  local difference
  open=
  difference=$(is_closed) || { problem "$last: $difference" && return 1; }
}

opened() {
  local difference
  # shellcheck disable=SC2034 # for the scripts
  open=1
  # shellcheck disable=SC2154 # what the script works on
  difference=$(is_open "$task") || { problem "$last: $difference" && return 1; }
}

# opening, closing: between two points.
opening() {
  what="$task, between two points" failed=
  after "$PRE" "$task"
  says 0 && opened
}
closing() {
  what="$task, between two points" failed=
  after "$POST" "$task"
  says 0 'verdict   good' 'nothing is left' && closed
}

