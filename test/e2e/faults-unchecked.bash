# post can not ask LVM: it is away, or does not answer. Then it can.
. "$REPO/test/e2e/faults.words.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, timeout: 9s}
Y
mark

mkdir /run/away
away() { mv /usr/sbin/lvm /run/away; }
back() { mv /run/away/lvm /usr/sbin/lvm; }

# There is no LVM.
$PRE t >/dev/null
away
call missing "$POST" t
call still "$BACULA" t
back
call found "${SESAM[@]}" t
same missing quickly

# It does not answer.
$PRE t >/dev/null
away
printf '#!/bin/sh\nexec sleep 25\n' >/usr/sbin/lvm
chmod 755 /usr/sbin/lvm
call hanging "$BACULA" t
sleep 9
back
dd if=/dev/urandom of=/srv/data/big bs=1M count=20 conv=fsync status=none
call overflowed "$POST" t
rm /srv/data/big
same overflowed quickly
