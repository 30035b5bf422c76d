# A PostgreSQL with a tablespace on a second volume, and who writes to it: $CUTS cuts in backup mode and some without, and all that can go wrong.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/lab/guest/databases.bash"

PG_LISTEN=127.0.0.1 pg_up
psql -q <<'SQL'
CREATE ROLE weak LOGIN;
CREATE ROLE backup LOGIN PASSWORD 'gEheim 7';
GRANT pg_checkpoint, pg_read_all_settings TO backup;
GRANT EXECUTE ON FUNCTION pg_backup_start(text, boolean), pg_backup_stop(boolean), pg_ls_waldir() TO backup;
SQL
sed -i "1i host all backup 127.0.0.1/32 scram-sha-256" /srv/pg/pg_hba.conf
psql -qAtc 'SELECT pg_reload_conf()' >/dev/null
mkdir -p -m 755 /etc/holdstill
(umask 077 && echo '*:*:*:backup:gEheim 7' >/etc/holdstill/right.pgpass && echo '*:*:*:backup:other' >/etc/holdstill/wrong.pgpass)
disks="each: {lv: 'vg0/pg*'}, size: 48M"
limit="quiesceLimit: 60s"
configure <<Y
tasks:
  t: {$disks, $limit, quiesce: postgresql, require: application}
  short: {$disks, quiesceLimit: 6s, quiesce: postgresql}
  both: {$disks, $limit, quiesce: [postgresql, barrier]}
  live: {$disks}
  alone: {lv: vg0/pg, size: 48M, quiesce: postgresql}
  far: {$disks, quiesce: {postgresql: {host: 127.0.0.1}}}
  closed: {lv: vg0/pg, size: 48M, quiesce: {postgresql: {host: 127.0.0.1, port: 5433}}}
  net: {lv: vg0/pg, size: 48M, quiesce: {postgresql: {host: 127.0.0.1, user: backup, passfile: /etc/holdstill/right.pgpass}}}
  wrong: {lv: vg0/pg, size: 48M, quiesce: {postgresql: {host: 127.0.0.1, user: backup, passfile: /etc/holdstill/wrong.pgpass}}}
  rights: {$disks, $limit, quiesce: {postgresql: {user: backup}}}
  gone: {$disks, quiesce: {postgresql: {socket: /run/other}}}
  weak: {$disks, quiesce: {postgresql: {user: weak}}}
  nobody: {$disks, quiesce: {postgresql: {account: pgsql}}}
  unknown: {$disks, quiesce: {postgresql: {user: stranger}}}
Y
pg_write
mark

# over: whether the server knows no session of ours.
over() { [ "$(psql -qAtc "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'holdstill%'")" = 0 ]; }

for n in 1 2; do
  $PRE both >/run/said 2>&1 || cat /run/said
  echo "both $(pg_check /run/holdstill/both/pg /run/holdstill/both/pg2)"
  $POST both >/run/said 2>&1 || cat /run/said
done
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
for one in alone net rights; do
  call "$one" "$PRE" $one
  $POST $one >/dev/null
done
same cuts

for one in far wrong closed gone weak nobody unknown; do call "$one" "$PRE" $one; done
mv /usr/bin/psql /usr/bin/psql.away
call missing "$PRE" t
mv /usr/bin/psql.away /usr/bin/psql
same refused

hooks_go_away over 'the server is still in backup mode'
kill "$(head -n 1 /srv/pg/postmaster.pid)"
