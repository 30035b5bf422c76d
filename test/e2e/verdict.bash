# What does post say of a snapshot that was good, that overflowed, that is gone, and of a mount that went away?
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M, mount: /mnt/t}
  p: {path: /srv/data/below}
  thin: {lv: vg0/thin1}
Y

mkdir /srv/data/below /srv/butter
lvchange -qq --errorwhenfull y vg0/tp
mark

# Good.
$PRE t >/dev/null
call good "$POST" t
same good quickly

# It overflowed; somebody removed it.
$PRE t >/dev/null
dd if=/dev/urandom of=/srv/data/big bs=1M count=20 conv=fsync status=none
call overflow "$REPO/dist/sesam/sbc_post" SC1 t F
rm /srv/data/big
same overflow quickly
$PRE t >/dev/null
umount /mnt/t
lvremove -qq -y "vg0/$(snapshot_of t)"
call gone "$POST" t
same gone quickly

# Its mount went away; another one is in its place.
$PRE t >/dev/null
umount /mnt/t
call unmounted "$REPO/dist/bacula/run-after" t
same unmounted quickly
$PRE t >/dev/null
umount /mnt/t
# The kernel gives the id of a mount that is gone to the next one, which must be another for this to be seen.
mount -t tmpfs none /srv/butter
mount -o ro "/dev/vg0/$(snapshot_of t)" /mnt/t
umount /srv/butter
call remounted "$POST" t
same remounted quickly

# The mount of a directory in it went away.
$PRE p >/dev/null
umount /run/holdstill/p
call bind-gone "$POST" p
same 'bind gone' quickly

# A thin one that is good, and one whose pool is full.
$PRE thin >/dev/null
call thin-good "$POST" thin
same thin quickly
$PRE thin >/dev/null
dd if=/dev/urandom of=/dev/vg0/thin1 bs=1M oflag=direct status=none 2>/dev/null
call thin-full "$POST" thin
lvs -a --noheadings -o lv_name vg0 | grep -c 'hs\.'
