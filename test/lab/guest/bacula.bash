# A real Bacula in the guest: its configuration comes from bacula.ts, its catalogue is SQLite on the guest's overlay.

bacula_up() {
  mkdir -p /var/lib/bacula /run/bacula /var/log/bacula /var/bacula
  rm -f /var/lib/bacula/bacula.db
  {
    echo 'PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;'
    cat /usr/share/dbconfig-common/data/bacula-director-sqlite3/install/sqlite3
  } | sqlite3 /var/lib/bacula/bacula.db >/dev/null || return
  bacula-sd -c /etc/bacula/bacula-sd.conf && bacula_start_fd && bacula-dir -c /etc/bacula/bacula-dir.conf || return
  until_true 30 bacula_listens 9101 && until_true 30 bacula_listens 9103
}

bacula_listens() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

bacula_start_fd() { bacula-fd -c /etc/bacula/bacula-fd.conf && until_true 30 bacula_listens 9102; }

# The file daemon dies as by kill -9: no after script is run by anybody. What it had started goes on.
bacula_kill_fd() {
  local pid
  pid=$(</run/bacula/bacula-fd.9102.pid) && kill -9 "$pid" && until_true 10 bacula_gone "$pid"
  rm -f /run/bacula/bacula-fd.9102.pid
}

bacula_gone() { [ ! -e "/proc/$1" ]; }

bacula_console() { printf '%s\n' "$@" | bconsole -c /etc/bacula/bconsole.conf; }

bacula_sql() { sqlite3 -cmd '.timeout 5000' /var/lib/bacula/bacula.db "$@"; }

# job_start NAME: prints the job's number.
job_start() { bacula_console "run job=\"$1\" yes" | sed -n 's/^Job queued. JobId=//p'; }

# job_status ID: T done, f failed, A cancelled, E error, R running, C waiting ...
job_status() { bacula_sql "select JobStatus from Job where JobId=$1"; }

# job_wait ID [SECONDS]: until it has ended; prints its status.
job_wait() {
  timeout "${2:-180}" bconsole -c /etc/bacula/bconsole.conf <<<"wait jobid=$1" >/dev/null
  until_true 10 job_ended "$1"
  job_status "$1"
}

job_ended() { case $(job_status "$1") in '' | [CRFSmMsjcdtpiL]) return 1 ;; esac; }

# job_run NAME: start it, wait, print its number and status: "3 T".
job_run() {
  local id
  id=$(job_start "$1")
  [ -n "$id" ] && echo "$id $(job_wait "$id")"
}

job_cancel() { bacula_console "cancel jobid=$1 yes" >/dev/null; }

# job_restore ID DIRECTORY: everything that job saved, below DIRECTORY; prints number and status of the restore job.
job_restore() {
  local id
  id=$(bacula_console "restore jobid=$1 client=lab-fd where=$2 all done yes" | sed -n 's/^Job queued. JobId=//p')
  [ -n "$id" ] && echo "$id $(job_wait "$id")"
}

# job_log ID: what the job said, the hooks' lines among it.
job_log() { bacula_sql "select LogText from Log where JobId=$1 order by LogId" | sed '/^\\\?$/d'; }

# job_numbers ID: files, bytes, errors.
job_numbers() { bacula_sql "select JobFiles, JobBytes, JobErrors from Job where JobId=$1"; }
