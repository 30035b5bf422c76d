# A MariaDB and a PostgreSQL in the guest, each with its data on two volumes, a client that writes all the time, and a check of what copies of
# the volumes hold. For a world with file systems at /srv/mysql, /srv/mysql2, /srv/pg and /srv/pg2; the packages are those of `extra: 'databases'`.

export PGHOST=/run/postgresql PGUSER=postgres PGDATABASE=postgres
PGBIN=/usr/lib/postgresql/15/bin

# account NAME ID: the packages are unpacked, not installed, so nobody has made it.
account() {
  grep -q "^$1:" /etc/passwd || echo "$1:x:$2:$2::/:/bin/sh" >>/etc/passwd
  grep -q "^$1:" /etc/group || echo "$1:x:$2:" >>/etc/group
}

# up SECONDS PID LOG COMMAND...: until the command succeeds; says the end of the log where the process ends first.
up() {
  local end=$((SECONDS + $1)) pid=$2 log=$3
  shift 3
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] && kill -0 "$pid" 2>/dev/null || { tail -n 8 "$log" && return 1; }
    sleep 0.1
  done
}

# maria_up: shop.pair_a (MyISAM, in /srv/mysql), shop.pair_b (MyISAM, in /srv/mysql2), shop.ledger (InnoDB); root by unix_socket.
maria_up() {
  account mysql 64100
  mkdir -p /run/mysqld
  rm -rf /srv/mysql/* /srv/mysql2/*
  chown mysql: /run/mysqld /srv/mysql /srv/mysql2
  mariadb-install-db --no-defaults --user=mysql --datadir=/srv/mysql --skip-test-db --innodb-log-file-size=4M --innodb-buffer-pool-size-max=64M \
    --auth-root-authentication-method=socket --auth-root-socket-user=root >/run/mysqld/install.log 2>&1 || die "$(tail -n 5 /run/mysqld/install.log)"
  maria_server /srv/mysql /run/mysqld/mysqld.sock "$@" || die 'no MariaDB'
  local end="ENGINE=MyISAM ROW_FORMAT=FIXED CHARSET=latin1"
  mariadb <<SQL
CREATE DATABASE shop; USE shop;
CREATE TABLE pair_a (n INT NOT NULL, pad CHAR(11) NOT NULL, KEY (n)) $end;
CREATE TABLE pair_b (n INT NOT NULL, pad CHAR(11) NOT NULL, KEY (n)) $end DATA DIRECTORY='/srv/mysql2' INDEX DIRECTORY='/srv/mysql2';
CREATE TABLE ledger (n INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
SQL
}

# maria_server DIRECTORY SOCKET [OPTION...]: buffer-pool-size-max, because processes in the lab have less than 512 GB of addresses.
maria_server() {
  local directory=$1 socket=$2
  shift 2
  mariadbd --no-defaults --user=mysql --datadir="$directory" --socket="$socket" --pid-file="$socket.pid" --innodb-buffer-pool-size=16M \
    --innodb-log-file-size=4M --key-buffer-size=1M --innodb-buffer-pool-size-max=64M --symbolic-links --skip-log-bin "${@:---skip-networking}" >"$socket.log" 2>&1 &
  up 60 $! "$socket.log" mariadb -S "$socket" -e 'select 1'
}

# maria_write: n into pair_a, then into pair_b, then into ledger, again and again: at every instant the three differ by one at most.
maria_write() {
  perl -e '$| = 1; for ($n = 1;; $n++) { print map("INSERT INTO pair_$_ VALUES ($n, \x27x\x27);\n", qw(a b)), "INSERT INTO ledger VALUES ($n);\n"; select undef, undef, undef, 0.03 }' |
    mariadb -n shop >/run/mysqld/writer.log 2>&1 &
}
maria_written() { mariadb -N -e 'select max(n) from shop.pair_a'; }

# maria_check A B: what copies of the two volumes hold: `one state`, or why not.
maria_check() { perl "$REPO/test/lab/guest/mariadb-check.pl" "$1" "$2"; }

# pg_up: table a in /srv/pg, table b in a tablespace in /srv/pg2.
pg_up() {
  account postgres 64101
  mkdir -p /run/postgresql
  rm -rf /srv/pg/* /srv/pg2/*
  chown postgres: /srv/pg /srv/pg2 /run/postgresql
  chmod 700 /srv/pg /srv/pg2
  as_postgres $PGBIN/initdb -D /srv/pg -k -A trust -N --no-locale -E UTF8 >/run/postgresql/initdb.log 2>&1 || die "$(tail -n 5 /run/postgresql/initdb.log)"
  pg_server /srv/pg /run/postgresql || die 'no PostgreSQL'
  psql -q <<SQL
CREATE TABLESPACE two LOCATION '/srv/pg2';
CREATE TABLE a (n int PRIMARY KEY);
CREATE TABLE b (n int, pad text) TABLESPACE two;
CREATE EXTENSION pageinspect;
CHECKPOINT;
SQL
}
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/ "$@"; }

# pg_server DIRECTORY SOCKETS [WORD...]: the words come before the server's own. It listens at $PG_LISTEN besides, where that is set.
pg_server() {
  local directory=$1 sockets=$2
  shift 2
  "$@" setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/ $PGBIN/postgres -D "$directory" -k "$sockets" -c listen_addresses="${PG_LISTEN-}" \
    -c shared_buffers=8MB -c max_wal_size=64MB -c min_wal_size=32MB -c autovacuum=off -c log_min_messages=warning >"$sockets/log" 2>&1 &
  up 60 $! "$sockets/log" psql -h "$sockets" -qtc 'select 1'
}

# pg_write: n into a and b in one transaction, again and again.
pg_write() {
  perl -e '$| = 1; for ($n = 1;; $n++) { print "BEGIN; INSERT INTO a VALUES ($n); INSERT INTO b VALUES ($n, repeat(chr(120), 900)); COMMIT;\n"; select undef, undef, undef, 0.03 }' |
    psql -q >/run/postgresql/writer.log 2>&1 &
}

# hooks_go_away LETS-GO WHAT: the hook of task `short` dies or stands still at the cut: LETS-GO must succeed before the time for the cut is over, else WHAT is
# said; and the next post finds nothing.
hooks_go_away() {
  local how hook
  for how in kill group term stop; do
    at_the_cut $how
    setsid "$PRE" short >/run/said 2>&1 &
    hook=$!
    until_true 60 test -e /run/reached || echo "$how: the cut was not reached"
    until_true 30 "$1" || echo "$how: $2"
    [ $how != stop ] || kill -CONT "$(</run/stopped)"
    wait $hook
    echo "$how: status $?"
    [ $how != stop ] || cat /run/said
    call "after-$how" "$POST" short
    same "$how"
  done
  grep -c 'gEheim' /var/log/holdstill/* /run/said | grep -v ':0$'
}

# at_the_cut HOW: from here on the process that takes the snapshots does something first: `kill`, `term`, `stop` (its hook), `group` (of that hook), all once; `slow`: it takes
# each snapshot a second after the one before, with a checkpoint between; nothing ('').
at_the_cut() {
  local real
  real=$(readlink -f /usr/sbin/lvm)
  if [ ! -e /run/how ]; then
    mv "$real" "$real.real"
    executable "$real" <<SH
#!/bin/bash
how=\$(</run/how)
[ \$# = 0 ] || exec -a "\$0" $real.real "\$@"
case \$how in
  kill) kill -9 "\$PPID" ;;
  group) kill -9 "-\$PPID" ;;
  term) kill -TERM "\$PPID" ;;
  stop) echo "\$PPID" >/run/stopped && kill -STOP "\$PPID" ;;
esac
[ "\$how" = slow ] || echo '' >/run/how
[ -z "\$how" ] || touch /run/reached
case \$how in kill | group | term | stop) sleep 1 ;; esac
if [ "\$how" = slow ]; then
  exec -a "\$0" $real.real < <(while IFS= read -r line; do
    echo "\$line"
    [[ \$line != lvcreate* ]] || { sleep 1 && psql -h /run/postgresql -U postgres -qc CHECKPOINT postgres; }
  done) >/dev/null
fi
exec -a "\$0" $real.real
SH
  fi
  echo "$1" >/run/how
  rm -f /run/reached
}

# maria_served A B: what a server says that is started on copies of the two volumes.
maria_served() {
  local copy=/dev/shm/served
  rm -rf $copy
  cp -a "$1" $copy
  rm -f $copy/shop/pair_b.MY?
  cp -a "$2"/pair_b.MY? $copy/shop/
  maria_server $copy /run/mysqld/served.sock || return
  mariadb -S /run/mysqld/served.sock -N -e \
    "SELECT CONCAT_WS(' ', 'served', (SELECT MAX(n) FROM shop.pair_a), (SELECT MAX(n) FROM shop.pair_b), (SELECT MAX(n) FROM shop.ledger), (SELECT COUNT(*) FROM shop.ledger))"
  kill "$(</run/mysqld/served.sock.pid)"
  rm -rf $copy
}

# pg_check A B [KEEPSAKE]: starts a server on copies of the two volumes, with what belongs to them if a directory with that is named: `one state`, or why not. Apart,
# where /srv/pg2 is the copy: the replay of CREATE TABLESPACE makes the link to it anew, and the server would write to the live one. After the replay both tables hold
# 1 to N, and no page is younger than its end.
pg_check() {
  local copy=/dev/shm/pgcheck data=/dev/shm/pgcheck/data said end
  rm -rf $copy
  mkdir -p $copy/run
  chown postgres: $copy/run
  cp -a "$1" $data
  cp -a "$2" $copy/two
  rm -f $data/postmaster.pid
  if [ -n "${3-}" ]; then
    cp "$3"/backup_label "$3"/tablespace_map $data/
    cp "$3"/pg_wal/* $data/pg_wal/
    chown -R postgres: $data
  fi
  PG_TWO=$copy/two pg_server $data $copy/run unshare -m --propagation private bash -c 'mount --bind "$PG_TWO" /srv/pg2 && exec "$@"' apart >/dev/null || {
    echo "does not start: $(grep -o 'FATAL.*\|PANIC.*' $copy/run/log | head -n 1)"
    return
  }
  end=$(sed -n 's/.*redo done at \([0-9A-F/]*\).*/\1/p' $copy/run/log | tail -n 1)
  said=$(
    psql -h $copy/run -qAtF ' ' 2>&1 <<SQL
WITH p (t, n) AS (SELECT t, g FROM unnest(ARRAY['a', 'b']) t, generate_series(0, pg_relation_size(t::regclass) / 8192 - 1) g)
SELECT count(*) FILTER (WHERE (page_header(get_raw_page(t, n::int))).lsn > '${end:-FFFFFFFF/0}'::pg_lsn + 16384),
  (SELECT CASE WHEN (SELECT (max(n), count(*)) FROM a) = (SELECT (max(n), count(*)) FROM b) AND (SELECT max(n) = count(*) FROM a) THEN 'whole' ELSE 'torn' END),
  (SELECT max(n) FROM a), (SELECT max(n) FROM b), (SELECT count(*) FROM b) FROM p;
SQL
  )
  kill "$(head -n 1 $data/postmaster.pid)"
  case $said in '0 whole '*) echo 'one state' ;; *) echo "not: $said" ;; esac
}
