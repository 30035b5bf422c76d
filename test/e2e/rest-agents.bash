# A guest whose agent refuses, takes too long, does not answer or does not even listen; one that was paused by somebody else, and one that is undefined while
# its task is open: what is said, and does the guest run afterwards?
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/kvm/words.bash"

configure <<'Y'
tasks:
  agent: {vm: kvmserv, size: 16M, autoextend: false, quiesce: agent, quiesceLimit: 8s}
  pause: {vm: kvmserv, size: 16M, autoextend: false, quiesce: pause}
  must: {vm: kvmserv, size: 16M, autoextend: false, quiesce: agent, require: filesystem}
Y
kvm_up
mark

# after WHAT: the guest runs, and nothing is left.
after() {
  kvm_runs || echo "$1: the guest is $(kvm_state), $(kvm_frozen)"
  same "$1"
}
unguarded() { flock --nonblock /var/lib/holdstill/agent.guard true; }

kvm_agent refuse
call refuse "$PRE" agent
after refuse

# It freezes, or fails, long after the hook has given up: the guard goes on asking until it answers.
for how in slow-30 hang-30; do
  kvm_agent $how
  name=${how%-*}
  call "$name" "$PRE" agent
  call "$name-status" "$HOLDSTILL" status agent
  until_true 90 unguarded || echo "$name: the guard still watches"
  kvm_runs || echo "$name: the guest is $(kvm_state), $(kvm_frozen)"
  call "$name-recover" "$HOLDSTILL" recover
  after "$name"
  kvm_agent ok
done

# It freezes after its hook was killed.
kvm_agent slow-6
asked() { [ "$(grep -c 'guest: freeze' /run/kvm/console)" -gt "$freezes" ]; }
freezes=$(grep -c 'guest: freeze' /run/kvm/console)
"$PRE" agent >/dev/null 2>&1 &
until_true 60 asked || echo 'killed: nobody asked the agent'
kill -9 $! && wait $! 2>/dev/null
until_true 90 unguarded || echo 'killed: the guard still watches'
kvm_runs || echo "killed: the guest is $(kvm_state), $(kvm_frozen)"
call killed-post "$POST" agent
after killed
kvm_agent ok

# It is stopped.
kvm_agent deaf-30
call deaf "$PRE" agent
kvm_state
kvm_answers
after deaf

# Somebody else has paused the guest, and it stays so.
virsh --quiet suspend kvmserv
for task in pause agent must; do
  call "paused-$task" "$PRE" $task
  "$POST" $task >/dev/null
  kvm_state
done
virsh --quiet resume kvmserv
after paused

# It is undefined, and so goes away for good when it ends, while its task is open.
"$PRE" agent >/dev/null || echo 'undefined: not opened'
virsh --quiet undefine kvmserv
call undefined "$POST" agent
after undefined
virsh --quiet define /run/kvm/kvmserv.xml

# There is none any more.
kvm_agent gone
call gone "$PRE" agent
call without "$PRE" pause
"$POST" pause >/dev/null
kvm_state
kvm_writes || echo 'the guest does not write any more'
same 'the end'
