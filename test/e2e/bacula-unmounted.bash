# dmeventd unmounts a snapshot that overflows, in the middle of a job.
. "$REPO/test/e2e/bacula.words.bash"

executable /opt/overflow <<'S'
#!/bin/bash
dd if=/dev/urandom of=/srv/plain/more bs=1M count=20 conv=fsync status=none
for i in {1..300}; do
  grep -q ' /run/holdstill/unmounted ' /proc/self/mountinfo || exit 0
  sleep 0.1
done
exit 1
S

# As lvm2-monitor.service does when it is started again.
sed -i 's/monitoring=0/monitoring=1/' /etc/lvm/lvm.conf
executable /opt/monitor <<'S'
#!/bin/sh
vgchange -qq --monitor y in.zekjur.net
S

job_run unmounted
killall -q dmeventd
sed -i 's/monitoring=1/monitoring=0/' /etc/lvm/lvm.conf
look after
call log job_log 1
