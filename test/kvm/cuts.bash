# The disks of the guest are cut as often as $COUNTS says (a list of MODE=N) while it writes: are both of one instant, and what does e2fsck say of them before anybody has
# mounted them? A line for each: `cut MODE a=... b=... step=... bad=... | what e2fsck says`.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/kvm/words.bash"

configure <<'Y'
tasks:
  live: {vm: kvmserv, size: 16M, autoextend: false}
  agent: {vm: kvmserv, size: 16M, autoextend: false, quiesce: agent, quiesceLimit: 1m}
  pause: {vm: kvmserv, size: 16M, autoextend: false, quiesce: pause, quiesceLimit: 1m}
  save: {vm: kvmserv, size: 16M, autoextend: false, quiesce: save, quiesceLimit: 4m}
Y
kvm_up
mark

# Before the hook mounts anything (mount --all --fstab), e2fsck looks at it as it is.
real=$(command -v mount)
mv "$real" "$real.real"
executable "$real" <<'SH'
#!/bin/bash
[[ $1 != --all ]] || while read -r device _; do e2fsck -n "$device"; done </proc/self/fd/0 >>/run/fsck 2>&1
exec "$0.real" "$@"
SH

# one MODE: and what the check said of it.
one() {
  : >/run/fsck
  call "$1" "$PRE" "$1" || cat "$LAB/$1.out" "$LAB/$1.err"
  said=$(perl "$REPO/test/kvm/check.pl" "/run/holdstill/$1/vda/p1" "/run/holdstill/$1/vdb")
  echo "cut $1 $said | $(grep -o -e clean -e 'skipping journal recovery' /run/fsck | tr '\n' ' ')"
  call "$1-post" "$POST" "$1" || cat "$LAB/$1-post.out" "$LAB/$1-post.err"
  same "$1" quickly
  kvm_runs || echo "$1: the guest is $(kvm_state), $(kvm_frozen)"
}

for count in "${COUNTS[@]}"; do
  for ((n = 0; n < ${count#*=}; n++)); do
    one "${count%=*}"
    # One live cut whose disks are apart shows it; how soon there is one depends on the machine.
    [[ $count != live=* ]] || [[ $said == *bad= ]] || break
  done
done
kvm_writes || echo 'the guest does not write any more'
same 'the end'
