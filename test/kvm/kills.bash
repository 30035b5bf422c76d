# The hook is killed, alone or with its group, or told to end, at each moment from the start of the guard until the guest runs again, for each means in $MODES:
# the guest runs, nothing of it is frozen, and post or recover leave nothing. Prints `ok WHAT` or `failed WHAT: ...`. EVERY: each so many of these points.
. "$REPO/test/lab/guest/sabotage.bash"
. "$REPO/test/kvm/words.bash"

configure <<'Y'
tasks:
  agent: {vm: kvmserv, size: 16M, autoextend: false, quiesce: agent, quiesceLimit: 20s}
  pause: {vm: kvmserv, size: 16M, autoextend: false, quiesce: pause, quiesceLimit: 20s}
  save: {vm: kvmserv, size: 16M, autoextend: false, quiesce: save, quiesceLimit: 2m}
Y
mkdir -p -m 700 /run/holdstill /var/lib/holdstill /var/log/holdstill
kvm_up
sabotage
mark_closed

# point N HOW: the hook is struck there.
point() {
  local n=$1 how=$2 then=recover status what wrong=
  what="$mode, $how at moment $n (${moments[n]})"
  # A group of its own, so that only the hook and its commands are in it.
  sabotaged "$n" "$how" setsid "$PRE" "$mode"
  status=$?
  case $how:$status in term:0 | term:1 | *:137) ;; *) wrong="status $status, " ;; esac
  [ "$hit" = "${moments[n]}" ] || wrong+="'$hit' was hit: $said"
  until_true 60 kvm_runs || wrong+="the guest is $(kvm_state), $(kvm_frozen); "
  ((points % 2)) || then=post
  if [ "$then" = post ]; then plainly "$POST" "$mode"; else plainly "$HOLDSTILL" recover "$mode"; fi
  # After a hook that was killed the data are bad, and after one that has ended by itself there is nothing to close.
  status=$?
  case $status in 0 | 5) ;; *) wrong+="then $then: status $status: $said" ;; esac
  kvm_runs || wrong+="after $then the guest is $(kvm_state), $(kvm_frozen); "
  is_closed >/run/wrong || { wrong+=$(</run/wrong) && by_force; }
  [ -n "$wrong" ] && echo "failed $what: $wrong" || echo "ok $what"
}

points=0
for mode in "${MODES[@]}"; do
  declare -a moments
  moments_of moments "$PRE" "$mode"
  plainly "$POST" "$mode"
  is_closed || die "$mode can not be closed"
  first=0 last=0
  for n in "${!moments[@]}"; do
    case ${moments[n]} in
      *node*) first=$n ;;
      virsh*) last=$n ;;
    esac
  done
  # After the last command for the guest comes the line that it was let go.
  for ((n = first; n <= last + 2; n++)); do
    for how in before while after group term; do
      case $how:${moments[n]} in
        # Only a command can be on its way.
        while:write | while:fsync | while:create) continue ;;
      esac
      points=$((points + 1))
      ((points % EVERY == 0)) || continue
      point "$n" "$how"
    done
  done
done
kvm_writes || echo 'failed: the guest does not write any more'
echo 'done'
