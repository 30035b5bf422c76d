# For end-to-end scripts in the guest: our hooks where a backup product looks for them, and what is left.
. "$REPO/test/lab/guest/break.bash"

# look NAME: the machine, for comparing before with after. The lock files and the directories that they are in
# may stay, and what is remembered of runs that were taken over.
look() {
  picture | grep -vE ' (/run/holdstill|/var/lib/holdstill(/[^/]+\.(lock|history))?)$' >"$LAB/$1"
}

# writes_on ID: waits until that writer has made another ten files, so whatever it writes to is not frozen.
writes_on() {
  local record="$LAB/written/$1" lines
  lines=$(wc -l <"$record")
  until_true 30 eval "[ \$(wc -l <'$record') -ge $((lines + 10)) ]"
}

# An emulation of the SEP sesam client, since SEP sesam is not to be had. It knows what SEP's article shows of it: it calls
# /opt/sesam/bin/sesam/sbc_pre and sbc_post with the task among their arguments, reads their standard output line by line,
# saves the source only after STATUS:OK, and calls sbc_post whatever came before (the article's options for the task).
sep_install() {
  mkdir -p /opt/sesam/bin/sesam /opt/sesam/var/work
  cp "$REPO/dist/sesam/sbc_pre" "$REPO/dist/sesam/sbc_post" /opt/sesam/bin/sesam/
  # Its own libraries stand in its library path; none of ours may be taken from there.
  for library in libstdc++.so.6 libdevmapper.so.1.02.1 libmount.so.1 libblkid.so.1; do
    echo 'not a library' >"/opt/sesam/bin/sesam/$library"
  done
}

# sep_hook NAME HOOK ARGUMENT...: as `call`; succeeds if the client would take the answer for a good one.
sep_hook() {
  local name=$1 hook=$2
  shift 2
  (
    cd /opt/sesam/var/work || exit
    export LD_LIBRARY_PATH=/opt/sesam/bin/sesam LANG=de_DE.UTF-8 SM_BIN_SESAM=/opt/sesam/bin/sesam
    exec "/opt/sesam/bin/sesam/$hook" "$@"
  ) </dev/null 2>"$LAB/$name.err" | cat >"$LAB/$name.out"
  echo "${PIPESTATUS[0]} 0" >"$LAB/$name.status"
  [ "$(grep '^STATUS:' "$LAB/$name.out")" = STATUS:OK ]
}

# sep_backup NAME TASK SOURCE [COMMAND...]: a whole backup; COMMAND is what happens between sbc_pre and the saving.
sep_backup() {
  local name=$1 task=$2 source=$3 saveset=SC20240131200000123@9DdOQVSaem6
  shift 3
  if sep_hook "$name-pre" sbc_pre "$saveset" "$task" F astronomix; then
    [ $# -eq 0 ] || "$@"
    call "$name-saved" tar -C "$source" -cf "/dev/shm/$name.tar" .
  fi
  sep_hook "$name-post" sbc_post "$saveset" "$task" F astronomix
}

# bacula_hooks: where the jobs of a Bacula in the lab name them.
bacula_hooks() {
  mkdir -p /opt/holdstill && cp "$REPO/dist/bacula/run-before" "$REPO/dist/bacula/run-after" /opt/holdstill/
}

# fd_reads DIRECTORY: has the file daemon a file open there now?
fd_reads() {
  find "/proc/$(</run/bacula/bacula-fd.9102.pid)/fd" -lname "$1/*" 2>/dev/null | grep -q .
}

# no_task_open: to be waited for, since a canceled job has ended before its last script has.
no_task_open() {
  ! ls /var/lib/holdstill/*.journal >/dev/null 2>&1
}
