# Runs in the lab's guest, in the world of guest.ts: opening and closing a task of one guest and one of ten, against the same
# done serially by a script, in turns.
# The lab's LVM does without memory locks and priorities, to be quick; a host's does not.
sed -i 's/ reserved_memory=0 reserved_stack=0 process_priority=0//' /etc/lvm/lvm.conf
stop_writers # their file systems stay mounted, and so dirty; without them nobody else wants the CPU
mkdir -p /etc/holdstill
cat >/etc/holdstill/holdstill.yaml <<Y
version: 1
log: {level: debug}
tasks:
  one: {lv: xen/vm0, size: 32M}
  ten: {each: {lv: xen/vm*}, size: 32M}
Y
guests=$(cd /guest && echo vm*)
line() { (IFS=$'\t' && echo "$*"); }
{
  line node "$NODE" -e 0
  line bash bash --norc -c :
  line - bash --norc -c 'for g in /guest/*/p1; do echo more >>$g/unsynced.log; done'
  for task in one ten; do
    of=$guests
    [ $task = ten ] || of=vm0
    line holdstill-pre-$task "$REPO/dist/generic/pre" $task
    line holdstill-post-$task "$REPO/dist/generic/post" $task
    line script-pre-$task bash --norc "$REPO/test/bench/serial.bash" pre xen $of
    line script-post-$task bash --norc "$REPO/test/bench/serial.bash" post xen $of
  done
} >/run/list
perl "$REPO/test/bench/measure.pl" 1 /run/list >/dev/null || exit # whatever is slow only once
perl "$REPO/test/bench/measure.pl" "$ROUNDS" /run/list >"$LAB/samples" || exit
cp /var/log/holdstill/holdstill.log "$LAB/log"
