# Directories and files of ours that others could change, one after the other.
. "$REPO/test/e2e/files.words.bash"

# The directory of the journals.
chmod 777 "$state"
call state-world "$PRE" t
call state-sesam "$SBC_PRE" t
call state-bacula "$RUN_BEFORE" t
call state-status "$HOLDSTILL" status
call state-recover "$HOLDSTILL" recover
call state-plan "$HOLDSTILL" plan t
chmod 700 "$state"
chown 1000 "$state"
call state-owner "$PRE" t
chown 0 "$state"
chmod 775 /var/lib
call state-parent "$PRE" t
chmod 755 /var/lib
mv "$state" /srv/state
ln -s /srv/state "$state"
chown -h 1000 "$state"
call state-link "$PRE" t
rm "$state"
mv /srv/state "$state"
same 'state directory'

# What was open before is refused as well, and closed when it is mended.
$PRE t >/dev/null
chmod 770 "$state"
call post-refused "$POST" t
chmod 700 "$state"
call post-mended "$POST" t
same 'mended' quickly

# Journal and lock.
ln -s /srv/target "$state/t.journal"
call journal-link "$PRE" t
rm "$state/t.journal"
ln -s /srv/target "$state/t.lock"
call lock-link "$PRE" t
rm "$state/t.lock"
mkfifo "$state/t.lock"
call lock-fifo "$PRE" t
rm -f "$state/t.lock"

# /run/holdstill.
chmod 770 /run/holdstill
call run-group "$PRE" t
chmod 700 /run/holdstill
rmdir /run/holdstill
ln -s /srv /run/holdstill
call run-link "$PRE" t
rm /run/holdstill
chmod 755 /srv
mkdir -m 755 /run/holdstill
call run-open "$PRE" t
stat -c '%a %n' /run/holdstill >>"$LAB/modes"
$POST t >/dev/null
rmdir /run/holdstill

# Whatever the umask of the caller.
(
  umask 777
  call umask "$PRE" t
)
stat -c '%a %n' /run/holdstill >>"$LAB/modes"
$POST t >/dev/null
rmdir /run/holdstill
(
  umask 0
  call umask-0 "$PRE" m
)
stat -c '%a %n' /run/holdstill "$state/m.journal" >>"$LAB/modes"
umount /mnt/t
stat -c '%a %n' /mnt/t >>"$LAB/modes"
$POST m >/dev/null 2>&1
same 'run directory'
ls /srv >"$LAB/srv"
