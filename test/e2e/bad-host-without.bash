# Tools are missing, and the places where state and log are kept can not be written.
. "$REPO/test/e2e/bad-host.words.bash"

# Without lvm2.
mv /usr/sbin/lvm /run/lvm.away
call no-lvm "$PRE" t
call no-lvm-sesam "$SBC_PRE" t
mv /run/lvm.away /usr/sbin/lvm
same 'without lvm'
$PRE t >/dev/null
mv /usr/sbin/lvm /run/lvm.away
call no-lvm-post "$POST" t
mv /run/lvm.away /usr/sbin/lvm
call lvm-back "$POST" t
same 'lvm is back'

# Without dmsetup.
mv /usr/sbin/dmsetup /run/dmsetup.away
call no-dmsetup "$PRE" "$many"
mv /run/dmsetup.away /usr/sbin/dmsetup
same 'without dmsetup'

# /var/lib/holdstill: read-only, without an inode, without a byte, full in the middle
state() { mount -t tmpfs -o "mode=700,$1" none /var/lib/holdstill; }

gone() {
  umount /var/lib/holdstill
  same "$1"
}

state ro
call state-ro "$PRE" t
call state-ro-post "$POST" t
gone 'state read-only'
state nr_inodes=1
call no-inode "$PRE" t
gone 'no inode'
for pages in 0 1; do
  state size=64k
  head -c $((65536 - pages * 4096)) /dev/zero >/var/lib/holdstill/filler
  call state-full-$pages "$PRE" "$many"
  ls /var/lib/holdstill >"$LAB/left-$pages"
  gone "state with $pages pages"
done

# The same at post: what is open is closed whether or not it can be noted
state size=64k
$PRE "$many" >/dev/null
head -c 65536 /dev/zero 2>/dev/null >/var/lib/holdstill/filler
call full-post "$POST" "$many"
ls /var/lib/holdstill >"$LAB/left-post"
gone 'full at post'

# The log is full, or is no file.
mount -t tmpfs -o size=4k none /var/log/holdstill
head -c 4096 /dev/zero >/var/log/holdstill/filler
call log-full "$PRE" t
call log-full-post "$POST" t
umount /var/log/holdstill
rm -rf /var/log/holdstill
touch /var/log/holdstill
call log-file "$PRE" t
call log-file-post "$POST" t
rm /var/log/holdstill
mkdir -p /var/log/holdstill/holdstill.log
call log-dir "$PRE" t
call log-dir-post "$POST" t
same end
