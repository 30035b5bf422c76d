# Two jobs have one task open, in turns or one after the other was killed: which of them is told that its backup may be bad?
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
Y

# A job of its own, /run/other DIRECTORY: it opens the task, waits until it may go on, and closes it; job a does that twice.
cat >/run/other <<'SH'
#!/bin/bash
"$PRE" t >"$1.pre"
echo $? >"$1.opened"
until [ -e "$1.end" ]; do sleep 0.05; done
[ "$1" != /run/a ] || "$POST" t >"$1.twice" 2>&1
"$POST" t >"$1.post" 2>"$1.err"
echo $? >"$1.closed"
SH
chmod 755 /run/other
export PRE POST

# begin JOB: until it has opened the task.
begin() {
  /run/other "/run/$1" &
  until_true 60 test -s "/run/$1.opened"
}

# finish JOB: lets it go on; says with which statuses it has opened and closed.
finish() {
  touch "/run/$1.end"
  until_true 60 test -s "/run/$1.closed"
  echo "$1 $(<"/run/$1.opened") $(<"/run/$1.closed")"
  cp "/run/$1.post" "$LAB/$1.said"
}

# snapshots: how many there are.
snapshots() { lvs --noheadings -o lv_name -S 'lv_tags=holdstill' | wc -l; }

mark
job=$REPO/dist/bacula sesam=$REPO/dist/sesam

# Nothing tells them apart.
call blind-a "$PRE" t
call blind-b "$PRE" t
call blind-first "$POST" t
call blind-second "$POST" t
call blind-third "$POST" t
same blind

# Each is a script; the one that lost it ends first, and closes twice.
begin a
begin b
finish a
snapshots
finish b

# The first was killed, as by a crash of the client.
begin dead
kill -9 $!
begin next
finish next
same scripts

# The last hook was killed, and has left its lock: its product knows of that.
$PRE t >/dev/null
echo closes >/var/lib/holdstill/t.lock
call killed-pre "$PRE" t
call killed-post "$POST" t

# A hook of another job was killed, long before it could clear anything: the first one's job still reads.
$PRE t >/dev/null
echo opens 12345678 >/var/lib/holdstill/t.lock
call rival-pre "$PRE" t
call rival-post "$POST" t
$POST t >/dev/null 2>&1

# Ids of their own.
for id in 7 8; do "$job/run-before" t --job=$id >/dev/null; done
call id-early "$job/run-after" t --job=7
snapshots
call id-8 "$job/run-after" t --job=8
call id-late "$job/run-after" t --job=7
call id-8-again "$job/run-after" t --job=8

# Closed by hand while the job may have read.
"$sesam/sbc_pre" t >/dev/null
$HOLDSTILL recover t >/dev/null
call hand-sesam "$sesam/sbc_post" t
call hand-again "$sesam/sbc_post" t
$PRE t --run=9 >/dev/null
call hand-post "$HOLDSTILL" post t
call hand-job "$POST" t --run 9

same end
stat -c '%a %U %s' /var/lib/holdstill/t.history
