# What does status say, and with which exit status, of tasks in each state?
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 4M, autoextend: false}
  u: {lv: vg0/other, size: 4M}
Y
mark

# stat NAME [TASK]: what it says, as a call of that name.
stat() { call "$1" "$HOLDSTILL" status "${@:2}"; }

stat idle
$PRE t >/dev/null
stat held
stat held-other u
call user setpriv --reuid 1000 --clear-groups "$HOLDSTILL" status

# A hook works on it, then it was killed.
: >/run/gone.journal
flock -o /var/lib/holdstill/t.lock sleep 60 &
sleep 0.3
umount /run/holdstill/t
stat working
kill $!
wait $! 2>/dev/null
stat unmounted
$POST t >/dev/null

# An overflowed snapshot; a hook that crashed.
$PRE t >/dev/null
dd if=/dev/urandom of=/srv/data/x bs=1M count=12 conv=fsync status=none
stat overflowed
call overflowed-json "$HOLDSTILL" status --json
$POST t >/dev/null
$PRE u >/dev/null
edit_journal /var/lib/holdstill/u.journal '/"opened"/d'
stat crashed
$HOLDSTILL recover >/dev/null

# A snapshot that no journal lists, while somebody reads its origin.
(exec sleep 60 <>/dev/vg0/other) &
lvcreate -qq -s -L 4M -n stray --addtag holdstill --addtag holdstill.task=u --addtag holdstill.run=0badf00d vg0/other
stat stray
lvremove -qq -y vg0/stray
kill $!

call opened "$HOLDSTILL" pre u --json
call closed "$HOLDSTILL" post u --json

# A journal that is damaged.
echo x >/var/lib/holdstill/u.journal
stat damaged
rm /var/lib/holdstill/u.journal
