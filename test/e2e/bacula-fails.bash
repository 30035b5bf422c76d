# Jobs that fail: without room, canceled, by a second script, by a storage daemon that dies.
. "$REPO/test/e2e/bacula.words.bash"

# Without room.
lvcreate -qq -y -L 1400M -n filled in.zekjur.net
lvs --noheadings -o lv_name >/dev/null
look before-full
job_run full
no_task_open && look after-full
lvremove -qq -y in.zekjur.net/filled

# Canceled while it reads.
job_is_read
findmnt -n | grep -c /run/holdstill/
job_cancel "$id"
echo "$id $(job_wait "$id")"
closed_as after-cancel

# A second script that fails.
job_run failing
closed_as after-failing

# The director takes minutes to notice, the file daemon does not.
job_is_read
echo "$id"
kill -9 "$(</run/bacula/bacula-sd.9103.pid)"
closed_as after-storage
for id in 1 3; do call "log$id" job_log "$id"; done
