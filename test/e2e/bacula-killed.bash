# The file daemon is killed while it reads; the next run of the job clears what was left.
. "$REPO/test/e2e/bacula.words.bash"

job_is_read
bacula_kill_fd
lvs --noheadings -o lv_tags in.zekjur.net | grep -c holdstill
call status holdstill status
sleep 1
bacula_start_fd
job_run "$NAME"
look after
call log job_log 2
