# Processes and mounts keep a task.
. "$REPO/test/e2e/busy.words.bash"
M=/run/holdstill/t

# By its working directory, an open file, its root, a mapped file.
$PRE t >/dev/null
hold bash -c "cd $M; exec sleep 900"
hold tail -f "$M/hello.txt" >/dev/null
hold perl -e 'chroot "/run/holdstill/t"; chdir "/"; sleep 900'
hold python3 -c 'import mmap, time; f = open("/run/holdstill/t/hello.txt", "rb"); m = mmap.mmap(f.fileno(), 0, prot=mmap.PROT_READ); f.close(); time.sleep(900)'
until_true 20 grep -q holdstill "/proc/${holders[3]}/maps"
call processes-recover "$HOLDSTILL" recover t
call processes-status "$HOLDSTILL" status t
busy processes t
call processes-bacula "$REPO/dist/bacula/run-after" t
call processes-sesam "$REPO/dist/sesam/sbc_post" t
free processes t "$HOLDSTILL" recover

# A bind mount, one of a directory below, one in another mount namespace.
$PRE t >/dev/null
mount --bind "$M" /mnt/b
mount --bind "$M/lost+found" /mnt/c
hold unshare -m bash -c "umount /mnt/b /mnt/c; mount --bind $M /mnt/c; exec sleep 900"
busy binds t
umount /mnt/b /mnt/c
free binds t

# A process in a copy of the mount, in another mount namespace.
$PRE t >/dev/null
hold unshare -m bash -c "cd $M; exec sleep 900"
busy copy t
free copy t

# Copies that nobody is in: of a private namespace, and of one that hears of our unmounting, like those of systemd.
mount --make-rshared /
hold unshare -m --propagation slave sleep 900
$PRE t >/dev/null
hold unshare -m sleep 900
grep -c "$M" "/proc/${holders[0]}/mountinfo"
call idle-pre "$PRE" t
hold unshare -m sleep 900
free idle t "$HOLDSTILL" recover
mount --make-rprivate /

# What was detached by hand.
$PRE t >/dev/null
hold tail -f "$M/hello.txt" >/dev/null
umount -l "$M"
call lazy-post "$POST" t
free lazy t

# A namespace that no process is in.
mount --bind /mnt /mnt
mount --make-private /mnt
mark

$PRE t >/dev/null
unshare --mount=/mnt/ns mount --bind "$M" /mnt/b
call lost-post "$POST" t
umount /mnt/ns
free lost t
umount /mnt
mark

# The hook itself is called from there.
$PRE t >/dev/null
call inside bash -c "cd $M; exec $POST t"
same inside quickly

# Task u is still open.
$POST u >/dev/null
lvs --noheadings -o lv_name --select lv_tags=holdstill
