# Hooks of one task at the same time: of one job, of two jobs, and of a job that is cancelled while pre works.
. "$REPO/test/lab/guest/break.bash"

configure <<<'tasks: {t: {lv: vg0/data, size: 8M}}'
mark

before=("$REPO/dist/bacula/run-before" t)
after=("$REPO/dist/bacula/run-after" t)

# open: what status says of it, and how many snapshots there are.
open() {
  $HOLDSTILL status t | head -n 1 | cut -d ' ' -f 1-3
  lvs --noheadings -o lv_name --select lv_role=snapshot | wc -l
}

# The same job of the product twice, then another one of the same name
call first "${before[@]}" --job=7 &
call second "${before[@]}" --job=7 &
wait
open
call end1 "${after[@]}" --job=7 &
call end2 "${after[@]}" --job=7 &
wait
same 'one job'

# Products without ids of jobs: the later one clears the earlier one, which nobody reads
call pre1 "$PRE" t &
call pre2 "$PRE" t &
wait
open
call post1 "$POST" t &
call post2 "$POST" t &
wait
same 'two calls'

break_tools

# held N: pre is stopped before its Nth call of a tool, and others come for the same task. on: pre goes on.
hook() { pgrep -f '^holdstill pre'; }
stopped() { grep -qs '^State:.T' "/proc/$(hook)/status"; }

held() {
  break_at "$1" before STOP "${before[@]}" --job=8 &
  until_true 20 stopped
}

tell() { kill "-$1" "$(hook)"; }

on() {
  tell CONT
  wait
}

# At the taking of the snapshot.
held 4
call boot "$HOLDSTILL" recover --boot
call recover "$HOLDSTILL" recover
call named "$HOLDSTILL" recover t

# Bacula: a job that is cancelled in its Before script gets its After script at once, while that one goes on
call cancelled "${after[@]}" --job=8 --status=Canceled &
on
same 'cancelled, and pre went on to its end'

# Also where there is nothing to be seen of it yet
held 2
call early "${after[@]}" --job=8 --status=Canceled &
sleep 4
on
same 'cancelled early'

for n in 4 7 9; do
  held $n
  tell TERM
  call stopped$n "${after[@]}" --job=8 --status=Canceled &
  on
  tail -n 1 /run/break/out | cut -d ';' -f 1
  same "stopped at $n"
done
