# Runs in the lab's guest, in the world of guest.ts: opening and closing tasks of one guest, of ten and of fifty, against the same
# done serially by a script and against the least that it takes, in turns.
# The lab's LVM does without memory locks and priorities, to be quick; a host's does not.
sed -i 's/ reserved_memory=0 reserved_stack=0 process_priority=0//' /etc/lvm/lvm.conf
# Forty more, as the first one is.
for n in {10..49}; do echo "lvcreate -qq -y -L 64M -Wn -n more$n xen"; done | lvm >/dev/null 2>&1
for n in {10..49}; do dd if=/dev/xen/vm0 of="/dev/xen/more$n" bs=64k conv=sparse,notrunc status=none || exit; done
mkdir -p /etc/holdstill
cat >/etc/holdstill/holdstill.yaml <<Y
version: 1
log: {level: debug}
tasks:
  one: {lv: xen/vm0, size: 32M}
  ten: {each: {lv: xen/vm*}, size: 32M}
  fifty: {each: {lv: xen/*}, size: 32M}
Y
ten=(vm{0..9}) fifty=(vm{0..9} more{10..49})
line() { (IFS=$'\t' && echo "$*"); }
# both NAME COMMAND...: its pre and its post, where PHASE is put into its words.
both() {
  local name=$1
  shift
  for phase in pre post; do line "$name-$phase" "${@/PHASE/$phase}"; done
}
measure() { perl "$REPO/test/bench/measure.pl" "$@"; }
{
  line node "$NODE" -e 0
  line bash bash --norc -c :
  for task in one ten; do
    of=("${ten[@]}")
    [ $task = ten ] || of=(vm0)
    both holdstill-$task "$REPO/dist/generic/PHASE" $task
    both script-$task bash --norc "$REPO/test/bench/serial.bash" PHASE xen "${of[@]}"
    both floor-$task bash --norc "$REPO/test/bench/floor.bash" PHASE xen "${of[@]}"
  done
} >/run/list
{
  both holdstill-fifty "$REPO/dist/generic/PHASE" fifty
  both floor-fifty bash --norc "$REPO/test/bench/floor.bash" PHASE xen "${fifty[@]}"
} >/run/fifty
measure 1 /run/list >/dev/null || exit # whatever is slow only once
measure "$ROUNDS" /run/list >"$LAB/samples" || exit
measure 2 /run/fifty >>"$LAB/samples" || exit
# The same on a host with many processes.
idle=()
for n in {1..300}; do
  sleep 9999 3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null &
  idle+=($!)
done
both crowd-ten "$REPO/dist/generic/PHASE" ten >/run/crowd
measure 3 /run/crowd >>"$LAB/samples" || exit
kill "${idle[@]}"
wait "${idle[@]}" 2>/dev/null
# `status` of ten guests, and how much memory the watcher of that task has needed at most.
"$REPO/dist/generic/pre" ten >/dev/null || exit
line status "$REPO/dist/holdstill" status >/run/status
measure 3 /run/status >>"$LAB/samples" || exit
for n in {1..100}; do
  watcher=$(pgrep -f '^holdstill watch') && break
  sleep 0.1
done
printf 'watcher\t0\t%s\t%s\t0\n' "$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$watcher/status")" "$watcher" >>"$LAB/samples"
"$REPO/dist/generic/post" ten >/dev/null || exit
cp /var/log/holdstill/holdstill.log "$LAB/log"
