# What does systemd say of our units, and of one that would wait for itself, or has a time that is none?

install -m 755 dist/holdstill /usr/local/sbin/holdstill
install -m 644 dist/systemd/* /etc/systemd/system/
call verify systemd-analyze verify --man=no /etc/systemd/system/holdstill-recover{-early.service,.service,.timer}

# Were it to wait for its journals' file system, it would wait for itself.
(
  cd /etc/systemd/system || exit
  cp holdstill-recover-early.service cycle.service
  sed -i '/^After=systemd-remount/aRequiresMountsFor=/srv/far' cycle.service
  cat >srv-far.mount <<'U'
[Mount]
What=/dev/vda
Where=/srv/far
[Unit]
After=local-fs-pre.target
U
)
call cycle systemd-analyze verify --man=no /etc/systemd/system/cycle.service

sed -i 's/^OnCalendar=.*/OnCalendar=whenever/' /etc/systemd/system/holdstill-recover.timer
call wrong systemd-analyze verify --man=no /etc/systemd/system/holdstill-recover.timer

# What the service starts.
eval "$(sed -n 's/^ExecStart=/call start /p' dist/systemd/holdstill-recover.service)"
cat dist/systemd/*.service
