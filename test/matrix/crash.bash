# Kills hooks at their moments, clears up, and looks. PARTS: what to try, `TASK:SLICES:SLICE`; SCALE: all or sample.
. "$REPO/test/matrix/points.bash"

# What a killed `pre` has left is closed with a verdict that is right: never good unless pre had come to its end.
after_pre() {
  local noted=$((through >= pre_header)) whole=$((through >= pre_opened))
  case $series in
    post)
      after "$POST" "$task"
      case $noted$whole in
        00) says 0 'is not open' ;;
        10) says 5 'never completely open' 'nothing is left' ;;
        11) says 0 'verdict   good' 'nothing is left' ;;
      esac && closed
      ;;
    recover)
      after "$HOLDSTILL" recover
      case $noted$whole in
        00) says 0 ;;
        10) says 0 'never completely open' 'nothing is left' ;;
        11) says 0 'is open as it should be' && after "$HOLDSTILL" recover "$task" && says 0 'verdict   good' ;;
      esac && closed
      ;;
    next) after "$PRE" "$task" && says 0 && opened ;;
  esac
}

# What a killed `post` has left was sound until then.
after_post() {
  local noted=$((through >= post_closing)) gone=$((through >= post_gone))
  case $series in
    post)
      after "$POST" "$task"
      if ((gone)); then says 0 'is not open'; else says 0 'verdict   good' 'nothing is left'; fi && closed
      ;;
    recover)
      after "$HOLDSTILL" recover
      case $noted$gone in
        00) says 0 'is open as it should be' && after "$HOLDSTILL" recover "$task" && says 0 'verdict   good' ;;
        10) says 0 'verdict   good' 'nothing is left' ;;
        11) says 0 ;;
      esac && closed
      ;;
    next) after "$PRE" "$task" && says 0 && opened ;;
  esac
}

# point PHASE N HOW SERIES
point() {
  local phase=$1 n=$2 how=$3 series=$4 status through
  local -n moments=$phase
  what="$task, $phase, kill -9 $how moment $n (${moments[n]}), then $series"
  failed=
  case $phase in
    pre) sabotaged "$n" "$how" "$PRE" "$task" ;;
    post) sabotaged "$n" "$how" "$POST" "$task" ;;
  esac
  status=$?
  went_on
  [ "$how" = after ] && through=$n || through=$((n - 1))
  if [ "$status" != 137 ] || [ "$hit" != "${moments[n]}" ]; then
    problem "it was not killed there: status $status, hit '$hit'"
  else
    "after_$phase"
  fi
  [ -n "$failed" ] || echo "ok $what" >>"$LAB/points"
}

# plan: the points of this task into $points. The moment after one thing is the moment before the next: the machine is the
# same. Each is tried with all series if it is before or after a command or a write to the journal. The others take turns:
# between a write and its fsync, in the middle of a command or of a line, between two directories; a sample has fewer of them.
plan() {
  local phase n last all main=0 more=0 rare=0
  for phase in pre post; do
    local -n moments=$phase
    last=${#moments[@]}
    for ((n = 1; n <= last; n++)); do
      all=1
      case ${moments[n]} in fsync | mkdir | rmdir) [ "${moments[n - 1]}" = fsync ] || all= ;; esac
      add_main before
      all=1
      [ "$n" != "$last" ] || add_main after
      case ${moments[n]} in
        write) add_more half ;;
        create | fsync | truncate | unlink | rename | mkdir | rmdir | mkimage | rmimage) ;;
        *) add_more while ;;
      esac
    done
  done
}

series=(post recover next)
add_main() {
  local turn
  if [ "$SCALE$all" = sample ]; then
    rare=$((rare + 1))
    ((rare % 3 == 0)) || return
  fi
  main=$((main + 1))
  ((main % slices == slice)) || return
  for turn in 0 1 2; do
    [ "$SCALE$all" != all1 ] && ((turn != main / slices % 3)) || points+=("$phase $n $1 ${series[turn]}")
  done
}
add_more() {
  more=$((more + 1))
  [ "$SCALE" = sample ] && ((more % 6 != 0)) || ((more % slices != slice)) || points+=("$phase $n $1 ${series[(more / 6 + more) % 3]}")
}

# Every point starts on a machine where the task is closed (pre) or open (post) and leaves it closed, or open where the
# series was the next pre: in a good order they follow each other without a hook in between.
run() {
  local one best
  while [ ${#points[@]} -gt 0 ]; do
    best=
    for one in "${!points[@]}"; do
      case ${open:+open}${points[one]} in
        openpost*next | pre*next) best=$one && break ;;
        openpost* | pre*) [ -n "$best" ] || best=$one ;;
      esac
    done
    if [ -n "$best" ]; then
      one=${points[best]}
      unset "points[best]"
      # shellcheck disable=SC2086
      point $one
    elif [ -n "$open" ]; then
      closing
    else
      opening
    fi
  done
  [ -z "$open" ] || closing
}

begin
declare -a pre post # of moments_of
# shellcheck disable=SC2153 # the guest is told them
for part in "${PARTS[@]}"; do
  IFS=: read -r task slices slice <<<"$part"
  moments_of pre "$PRE" "$task"
  mark_open "$task"
  moments_of post "$POST" "$task"
  number_of first write "${pre[@]}" && pre_header=$number
  number_of last write "${pre[@]}" && pre_opened=$number
  number_of first write "${post[@]}" && post_closing=$number
  number_of first unlink "${post[@]}" && post_gone=$number
  open=
  points=()
  plan
  echo "planned ${#points[@]} $task ${#pre[@]} ${#post[@]}" >>"$LAB/points"
  run
done
finish
