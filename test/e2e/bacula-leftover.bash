# A snapshot overflows under a job; a mount is busy when another one ends.
. "$REPO/test/e2e/bacula.words.bash"

executable /opt/overflow <<'S'
#!/bin/sh
dd if=/dev/urandom of=/srv/plain/more bs=1M count=20 conv=fsync status=none
S
executable /opt/hold <<'S'
#!/bin/sh
cd /run/holdstill/held && exec setsid sleep 500 </dev/null >/dev/null 2>&1 &
S

job_run overflow
look after-overflow

job_run held
call stays mountpoint /run/holdstill/held
call busy holdstill recover held
call busy-run /opt/holdstill/run-before held --job=77
pkill sleep
until_true 10 not_there "/proc/$(pgrep -x sleep)/x"
call recover holdstill recover
look after
for id in 1 2; do call "log$id" job_log "$id"; done
