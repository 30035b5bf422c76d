# The same call again, calls of another job, and values that are empty, blank or of several words.
. "$REPO/test/e2e/bacula.words.bash"

call first /opt/holdstill/run-before job --job=7 --level=Full
echo later >/srv/plain/later
sync -f /srv/plain
call second /opt/holdstill/run-before job --job=7 --level= ' '
ls /run/holdstill/job/later 2>/dev/null

# Somebody reads it.
(cd /run/holdstill/job && exec sleep 500) &
sleep 0.3
call again /opt/holdstill/run-before job --job=7
call other /opt/holdstill/run-before job --job=8
kill $!
wait $! 2>/dev/null
call other-free /opt/holdstill/run-before job --job=8 --level=Virtual Full
ls /run/holdstill/job/later
call post /opt/holdstill/run-after job --job=8 --status=OK -- with warnings
call post-again /opt/holdstill/run-after job --job=8 --status=
look after
rm /srv/plain/later

job_run warned
call log job_log 1
look after-warned
call blank /opt/holdstill/run-before ' ' --job=1
call none /opt/holdstill/run-before
