# Lets one thing go wrong in a hook: a command, or the disk of the journal. PARTS: `TASK:SLICES:SLICE`; SCALE: all or sample.
# Two thirds of it are for the work: enough on a machine that is slow, for what hangs takes all of it.
TIMEOUT=12s
. "$REPO/test/matrix/points.bash"

TOOL_FAULTS=(status killed done-killed hang stubborn garbage half)

# No command of a hook runs any more, not even one that the hook has given up.
no_orphan() { ! grep -qsz '^HOLDSTILL_TASK=' /proc/[0-9]*/environ; }

# let_go: a command that hung goes on, and comes to its end.
let_go() {
  echo 1<>/run/sabotage/release
  until_true 20 no_orphan || problem 'a command of the hook still runs'
}

# A hook says what went wrong in its own words, in time, with a status that it knows.
answered() {
  # The time limit and five seconds, whatever hangs; and what this machine needs to start a process.
  local limit=19500
  if [ "$hit" != "${moments[n]}" ]; then problem "it did not happen: '$hit'"
  elif [[ $said = *' bug'* ]]; then problem 'a bug'
  elif ((ms > limit)); then problem "it took $ms ms"
  elif ((status > 5)) || [ -z "$said" ]; then problem "status $status"
  else return 0; fi
  return 1
}

# A failing `pre` leaves nothing, or says what; then one more call removes it. Success means that all of it stands.
fault_in_pre() {
  case $status in
    0)
      opened && after "$POST" "$task" && says 0 'verdict   good' 'nothing is left' && closed
      ;;
    1)
      [ "$how" != stubborn ] || let_go
      [[ $said = *'nothing of holdstill'* ]] || problem 'it does not say that nothing is left'
      closed
      ;;
    3)
      [[ $said = *' left '* ]] || problem 'it does not say what is left'
      [ "$how" != stubborn ] || echo 1<>/run/sabotage/release
      clean_up
      ;;
    4) if [ "$hit" = flock ]; then closed; else problem 'status 4'; fi ;;
    *) problem "status $status" ;;
  esac
}

# is_first HIT: no earlier moment of this hook is the same.
is_first() {
  local i
  for ((i = 1; i < n; i++)); do [ "${moments[i]}" != "$1" ] || return 1; done
}

# A snapshot that could not be checked is not called good, and one that could is not called bad. What is left is said.
fault_in_post() {
  local unchecked=
  # One that only looks and is killed looks again; a find that fails in another way is asked for each mount alone.
  case $hit-$how in
    *killed) ;;
    # It begins with a look at the health; the later one is for the removal.
    'lvm lvs'-*) is_first "$hit" && unchecked=' unchecked' ;;
    # It looks at what is not ours.
    */node-*) unchecked=' unchecked' ;;
    # It begins with a look at the health; later looks are for the removal.
    'btrfs subvolume'-*) is_first "$hit" && unchecked=' unchecked' ;;
    # What it prints, nobody reads.
    dd-garbage | dd-half) ;;
    dd-*) unchecked=' unchecked' ;;
  esac
  case $status$unchecked in
    0)
      says 0 'verdict   good' 'nothing is left' && closed
      ;;
    '5 unchecked')
      if [[ $said = *'nothing is left'* ]]; then closed; else clean_up; fi
      ;;
    3)
      [[ $said = *' left '* ]] || problem 'it does not say what is left'
      [ "$how" != stubborn ] || echo 1<>/run/sabotage/release
      # A journal that could not be written may not know any more that all was well.
      case $how in E*) clean_up ;; *) clean_up 'verdict   good' ;; esac
      ;;
    4)
      if [ "$hit" = flock ]; then clean_up 'verdict   good'; else problem 'status 4'; fi
      ;;
    *) problem "status $status" ;;
  esac
}

clean_up() {
  if ((n % 2)); then after "$POST" "$task"; else after "$HOLDSTILL" recover "$task"; fi
  # The journal itself may have been all that was left, and be gone.
  if [ $# -gt 0 ]; then says 0 "$@" 'nothing is left'; else [[ $said =~ nothing\ is\ (left|open)|is\ not\ open ]] || problem "$last"; fi
  [ -n "$failed" ] || closed
}

# point PHASE N HOW
point() {
  local phase=$1 n=$2 how=$3 status
  local -n moments=$phase
  [ "$phase" = pre ] || opening
  what="$task, $phase: $how at moment $n (${moments[n]})"
  failed=
  : >/run/sabotage/whole
  case $phase in
    pre) sabotaged "$n" "$how" "$PRE" "$task" ;;
    post) sabotaged "$n" "$how" "$POST" "$task" ;;
  esac
  status=$?
  last=$phase
  went_on
  [ -n "$failed" ] || answered && "fault_in_$phase"
  no_orphan || { let_go && by_force; }
  # Half of what a tool prints that prints nothing is no fault.
  [ -n "$failed" ] || if [ "$how" = half ] && [ ! -s /run/sabotage/whole ]; then echo "void $what"; else echo "ok $what"; fi >>"$LAB/points"
}

plan() {
  local phase n how turn=0 of count=0
  for phase in pre post; do
    local -n moments=$phase
    for ((n = 1; n <= ${#moments[@]}; n++)); do
      case ${moments[n]} in
        mkdir | rmdir | mkimage | rmimage) continue ;;
        create | write | rename) of=(ENOSPC EROFS EIO) ;;
        unlink | truncate) of=(EROFS EIO) ;;
        fsync) of=(EIO) ;;
        # What only looks is killed: once is enough.
        flock) if [ "$SCALE$task" = alleach ]; then of=(status killed done-killed hang); else of=(status killed done-killed); fi ;;
        # The watcher: nobody waits for it.
        */node | */sh) of=(status killed hang) ;;
        *) of=("${TOOL_FAULTS[@]}") ;;
      esac
      turn=$((turn + 1))
      if [ "$SCALE" = sample ]; then
        # Every command, and every third change of the journal.
        [[ ${moments[n]} =~ ^(create|write|rename|fsync|unlink|truncate)$ ]] && ((turn % 3 != 0)) && continue
        of=("${of[turn * 3 % ${#of[@]}]}")
      fi
      for how in "${of[@]}"; do
        count=$((count + 1))
        ((count % slices != slice)) || points+=("$phase $n $how")
      done
    done
  done
}

# A state directory that is really full or read-only: a tmpfs in its place.
state_disk() {
  what="$task, the disk of the journal: $1" failed=
  mount -t tmpfs -o size=64k,mode=700 none /var/lib/holdstill
  [[ $1 = *' at pre' ]] || after "$PRE" "$task"
  case $1 in
    full*) fill 64 ;;
    # A page is room for the first lines only.
    'nearly full'*) fill 60 ;;
    read-only*) mount -o remount,ro /var/lib/holdstill ;;
  esac
  case $1 in
    'nearly full at pre')
      after "$PRE" "$task"
      # A journal of few lines fits.
      if [ "$status" = 0 ]; then after "$POST" "$task" && says 0 'verdict   good' 'nothing is left'; else says 1 'can'\''t be' 'nothing of holdstill'; fi
      ;;
    *' at pre') after "$PRE" "$task" && says 1 'can'\''t be' 'nothing of holdstill' ;;
    'full at post') after "$POST" "$task" && says 0 'verdict   good' 'nothing is left' ;;
    'read-only at post')
      after "$POST" "$task" && says 3 'everything that /var/lib/holdstill'
      mount -o remount,rw /var/lib/holdstill
      after "$POST" "$task" && says 0 'verdict   good' 'nothing is left'
      ;;
  esac
  umount /var/lib/holdstill
  [ -n "$failed" ] || closed
  [ -n "$failed" ] || echo "ok $what" >>"$LAB/points"
}

fill() { head -c "$1K" /dev/zero >/var/lib/holdstill/filler 2>/dev/null; }

begin
declare -a pre post # of moments_of
# shellcheck disable=SC2153 # the guest is told them
for part in "${PARTS[@]}"; do
  IFS=: read -r task slices slice <<<"$part"
  moments_of pre "$PRE" "$task"
  mark_open "$task"
  moments_of post "$POST" "$task"
  points=()
  plan
  echo "planned ${#points[@]} $task ${#pre[@]} ${#post[@]}" >>"$LAB/points"
  for one in "${points[@]}"; do
    # shellcheck disable=SC2086
    point $one
  done
  if [ "$SCALE" = all ] && [ "$slice" = 0 ]; then
    for how in 'full at pre' 'nearly full at pre' 'read-only at pre' 'full at post' 'read-only at post'; do state_disk "$how"; done
  fi
done
finish
