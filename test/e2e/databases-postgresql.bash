# A PostgreSQL with a tablespace on a second volume, and who writes to it: $CUTS cuts in backup mode and some without, and all that can go wrong.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/lab/guest/databases.bash"

pg_up
psql -qc 'CREATE ROLE weak LOGIN'
mkdir -p -m 755 /etc/holdstill
disks="each: {lv: 'vg0/pg*'}, size: 48M, quiesceLimit: 9s"
configure <<Y
tasks:
  t: {$disks, quiesce: postgresql, require: application}
  live: {$disks}
  alone: {lv: vg0/pg, size: 48M, quiesce: postgresql}
  far: {$disks, quiesce: {postgresql: {host: 127.0.0.1}}}
  closed: {lv: vg0/pg, size: 48M, quiesce: {postgresql: {host: 127.0.0.1}}}
  gone: {$disks, quiesce: {postgresql: {socket: /run/other}}}
  weak: {$disks, quiesce: {postgresql: {user: weak}}}
  nobody: {$disks, quiesce: {postgresql: {account: pgsql}}}
  unknown: {$disks, quiesce: {postgresql: {user: stranger}}}
Y
pg_write
mark

# over: whether the server knows no session of ours.
over() { [ "$(psql -qAtc "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'holdstill%'")" = 0 ]; }

at_the_cut slow
for ((n = 0; n < CUTS; n++)); do
  $PRE t >/run/said 2>&1 || cat /run/said
  [ "$n" != 0 ] || echo "without $(pg_check /run/holdstill/t/pg /run/holdstill/t/pg2)"
  echo "t $(pg_check /run/holdstill/t/pg /run/holdstill/t/pg2 /var/lib/holdstill/t.postgresql)"
  $POST t >/run/said 2>&1 || cat /run/said
done
for n in 1 2 3; do
  $PRE live >/run/said 2>&1 || cat /run/said
  echo "live $(pg_check /run/holdstill/live/pg /run/holdstill/live/pg2)"
  $POST live >/run/said 2>&1 || cat /run/said
done
at_the_cut ''
call good "$PRE" t
ls -R /var/lib/holdstill/t.postgresql
$POST t >/dev/null
call alone "$PRE" alone
$POST alone >/dev/null
same cuts

for one in far closed gone weak nobody unknown; do call "$one" "$PRE" $one; done
mv /usr/bin/psql /usr/bin/psql.away
call missing "$PRE" t
mv /usr/bin/psql.away /usr/bin/psql
same refused

for how in kill group stop; do
  at_the_cut $how
  setsid "$PRE" t >/run/said 2>&1 &
  hook=$!
  until_true 20 test -e /run/reached || echo "$how: the cut was not reached"
  until_true 10 over || echo "$how: the server is still in backup mode"
  [ $how != stop ] || kill -CONT "$(</run/stopped)"
  wait $hook
  echo "$how: status $?"
  [ $how != stop ] || cat /run/said
  call "after-$how" "$POST" t
  same "$how"
done
kill "$(head -n 1 /srv/pg/postmaster.pid)"
