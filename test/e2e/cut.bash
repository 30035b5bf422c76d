# Two volumes with a writer over both: cut at rest, cut live, and everything that can go wrong while it rests.
. "$REPO/test/e2e/cut.words.bash"

configure <<Y
tasks:
  t: {each: {lv: 'vg0/[ab]'}, size: 8M, quiesce: $rest, quiesceLimit: 9s}
  must: {each: {lv: 'vg0/[ab]'}, size: 8M, quiesce: $rest, quiesceLimit: 9s, require: application}
  alone: {lv: vg0/a, size: 8M, quiesce: $rest, timeout: 30s}
  live: {each: {lv: 'vg0/[ab]'}, size: 8M}
  weak: {each: {lv: 'vg0/[ab]'}, size: 8M, require: filesystem}
Y
write
mark

# last TASK: the last whole line in each volume's snapshot.
last() { echo "$(tail -n 1 "/run/holdstill/$1/a/lines") $(tail -n 1 "/run/holdstill/$1/b/lines")"; }

# What was cut at rest is of one instant, what was cut live is not.
for task in t t t t live live live; do
  $PRE "$task" >/run/said
  echo "$task $(last "$task")"
  [ "$task" != live ] || grep '^  cut ' /run/said
  $POST "$task" >/dev/null || echo "$task: post failed"
done
call plan "$HOLDSTILL" plan t
call good "$PRE" t
call status "$HOLDSTILL" status t
$POST t >/dev/null
call weak "$PRE" weak
same cuts

# It does not come to rest, it takes too long to, the hook is told to end meanwhile.
for one in fail slow term; do
  how $one
  call "$one" "$PRE" t
  runs || echo "$one: it does not run"
  same "$one"
done
how ''

# The hook is killed, alone or with its group, while it rests, and before it comes to rest: nobody but the guard is left.
for one in kill group later; do
  how $one
  rm -f /run/rested
  setsid --wait "$PRE" t >/dev/null 2>&1
  until_true 10 test -e /run/rested || echo "$one: it was not brought to rest"
  until_true 10 runs || echo "$one: it does not run"
  call "after-$one" "$POST" t
  same "$one"
done
how ''

# The snapshots (lvm without arguments) take longer than anything may rest: the guard lets go, and what was cut counts for less.
real=$(readlink -f /usr/sbin/lvm)
mv "$real" "$real.real"
printf '#!/bin/bash\n[ ! -e /mnt/resting ] || [ $# -gt 0 ] || sleep 12\nexec -a "$0" %s "$@"\n' "$real.real" >"$real"
chmod 755 "$real"
for one in t must; do
  call "late-$one" "$PRE" $one &
  until_true 20 test -e /mnt/resting
  [ $one = must ] || call frozen "$HOLDSTILL" status t
  until_true 12 runs || echo "$one: still at rest after its time"
  wait $!
done
mv "$real.real" "$real"
$POST t >/dev/null
same late

# Nothing rests where no guard can watch.
rm /run/rested
flock /var/lib/holdstill/alone.guard sleep 30 &
sleep 0.5
call unguarded "$PRE" alone
[ ! -e /run/rested ] || echo 'it was brought to rest without a guard'
kill %flock 2>/dev/null
wait %flock 2>/dev/null
rm -f /var/lib/holdstill/alone.guard
same unguarded

# It does not go on: pre fails and says so, the guard goes on trying, and whoever comes next as well.
touch /run/stuck
call stuck "$PRE" t
[ -e /mnt/resting ] || echo 'it was let go though it can not be'
rm /run/stuck
until_true 10 runs || echo 'the guard gave up'
call recover "$HOLDSTILL" recover
same stuck

# A program that others can change is never run.
chmod 777 /usr/local/sbin/app-thaw
call insecure "$PRE" t
chmod 755 /usr/local/sbin/app-thaw
same insecure
kill -9 "$(</run/writer.pid)"
