# A MariaDB with tables on two volumes, and who writes to it: $CUTS cuts at rest and some live, and all that can go wrong.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/lab/guest/databases.bash"

maria_up --port=3310 --bind-address=127.0.0.1
mariadb <<'SQL'
CREATE USER backup@'127.0.0.1' IDENTIFIED BY 'gEheim 7';
GRANT RELOAD ON *.* TO backup@'127.0.0.1';
CREATE USER weak@localhost IDENTIFIED BY 'x';
SQL
# secret FILE USER PASSWORD: an option file that only root can read.
secret() { (umask 077 && printf '[client]\nuser=%s\npassword="%s"\n' "$2" "$3" >"$1"); }
mkdir -p -m 755 /etc/holdstill
secret /etc/holdstill/net.cnf backup 'gEheim 7'
secret /etc/holdstill/wrong.cnf backup 'other'
secret /etc/holdstill/weak.cnf weak x
secret /etc/holdstill/seen.cnf backup 'gEheim 7'
chmod 644 /etc/holdstill/seen.cnf
disks="each: {lv: 'vg0/mysql*'}, size: 12M"
limit="quiesceLimit: 60s"
configure <<Y
tasks:
  t: {$disks, $limit, quiesce: mariadb, require: application}
  short: {$disks, quiesceLimit: 6s, quiesce: mariadb, require: application}
  word: {$disks, $limit, quiesce: mysql}
  tables: {$disks, $limit, quiesce: {mariadb: {wait: 2s}}}
  waits: {$disks, quiesce: {mariadb: {wait: 15s}}, quiesceLimit: 20s}
  net: {$disks, $limit, quiesce: {mariadb: {host: 127.0.0.1, port: 3310, options: /etc/holdstill/net.cnf}}}
  both: {$disks, $limit, quiesce: [mariadb, barrier]}
  live: {$disks}
  wrong: {$disks, $limit, quiesce: {mariadb: {host: 127.0.0.1, port: 3310, options: /etc/holdstill/wrong.cnf}}}
  weak: {$disks, $limit, quiesce: {mariadb: {options: /etc/holdstill/weak.cnf}}}
  seen: {$disks, $limit, quiesce: {mariadb: {options: /etc/holdstill/seen.cnf}}}
  gone: {$disks, $limit, quiesce: {mariadb: {socket: /run/mysqld/other.sock}}}
  far: {$disks, $limit, quiesce: {mariadb: {host: 127.0.0.1, port: 3311}}}
Y
maria_write
mark

# writes: whether more has been written a moment later, and nobody holds anything of ours.
writes() {
  local before
  before=$(maria_written)
  sleep 0.3
  [ "$(maria_written)" -gt "$before" ]
}

# cut TASK N: what the mounts of N cuts hold.
cut() {
  local n
  for ((n = 0; n < $2; n++)); do
    $PRE "$1" >/run/said 2>&1 || cat /run/said
    echo "$1 $(maria_check "/run/holdstill/$1/mysql" "/run/holdstill/$1/mysql2")"
    $POST "$1" >/run/said 2>&1 || cat /run/said
  done
}
cut t "$CUTS"
cut live 3
cut net 2
cut word 1
cut both 2
call good "$PRE" t
maria_served /run/holdstill/t/mysql /run/holdstill/t/mysql2
call plan "$HOLDSTILL" plan word
$POST t >/dev/null
same cuts

# What can't be done is told before anything rests.
for one in wrong weak seen gone far; do call "$one" "$PRE" $one; done
same refused
for client in mariadb mysql; do mv /usr/bin/$client /usr/bin/$client.away; done
call missing "$PRE" t
for client in mysql mariadb; do mv /usr/bin/$client.away /usr/bin/$client; done

# Somebody only reads for long: it is in nobody's way. Somebody writes for long: we are gone before the others have waited for long.
mariadb -e 'SELECT SLEEP(20) FROM shop.pair_a LIMIT 1' >/dev/null &
reader=$!
sleep 0.5
call reading "$PRE" t
$POST t >/dev/null
kill $reader
mariadb shop -e 'INSERT INTO pair_a SELECT 0, SLEEP(20)' 2>/dev/null &
sleep 0.5
call writing "$PRE" tables
mariadb -N -e "SELECT CONCAT('still there: ', INFO) FROM information_schema.processlist WHERE INFO LIKE 'BACKUP%' OR INFO LIKE 'FLUSH%'"
mariadb -N -e "SELECT CONCAT('KILL ', ID) FROM information_schema.processlist WHERE INFO LIKE 'INSERT INTO pair_a SELECT%'" | mariadb
until_true 10 writes || echo 'it does not write after who was in the way'
same reading

# The hook dies while it waits for the lock: the server drops that too, though who is in the way is still there.
mariadb shop -e "INSERT INTO pair_a SELECT 0, SLEEP(20)" 2>/dev/null &
sleep 0.5
setsid "$PRE" waits >/run/said 2>&1 &
hook=$!
waiting() { [ "$(mariadb -N -e "SELECT COUNT(*) FROM information_schema.processlist WHERE INFO LIKE 'BACKUP STAGE BLOCK%'")" = "$1" ]; }
until_true 20 waiting 1 || echo "it does not wait for the lock"
kill -9 $hook
until_true 6 waiting 0 || echo "the server still waits for who is gone"
mariadb -N -e "SELECT CONCAT('KILL ', ID) FROM information_schema.processlist WHERE INFO LIKE 'INSERT INTO pair_a SELECT%'" | mariadb
until_true 10 writes || echo "it does not write after the hook was killed"
$POST waits >/dev/null 2>&1
same waiting

# The hook dies or stands still while the lock is held: the server writes again before the time for the cut is over, and the next one finds nothing.
hooks_go_away writes 'it does not write'
kill "$(</run/mysqld/mysqld.sock.pid)"
