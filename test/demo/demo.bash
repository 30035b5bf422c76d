# The demonstration: runs in the lab's guest, in the world of test/demo.ts. One backup, from its first command to its last.
. "$REPO/test/demo/show.bash"
task=Backup_XEN_vm1
sep=/opt/sesam/bin/sesam
mkdir -p /root "$sep" /etc/holdstill
cp dist/holdstill /usr/local/bin/
picture='{ lvs -a; losetup -l; dmsetup ls; findmnt -l; }' # $LAB is on a hostfs, which shows no free space: always the same

step 'A host whose virtual machine has its disk on LVM'
typed 'lvs -o vg_name,lv_name,lv_size'
typed 'fdisk -l -o Device,Start,End,Id,Type /dev/system/vm1 | tail -n 4'
note 'Its first partition starts at byte 32256 (sector 63); the guest is writing to it all the time.'
enough() { [ "$(wc -l <"$LAB/written/vm1/p1")" -ge 25 ]; }
until_true 30 enough

step 'Install: two files for SEP sesam, three lines of configuration'
typed "cp dist/sesam/sbc_pre dist/sesam/sbc_post $sep/"
cat >/etc/holdstill/holdstill.yaml <<Y
version: 1
tasks:
  $task: {lv: system/vm1, mount: /mnt/vmbackup}
Y
typed 'cat /etc/holdstill/holdstill.yaml'

cd /root || exit
step "The job begins: sbc_pre, called as SEP's client would (SEP itself is not here)"
typed "$picture >before"
written vm1/p1 >/run/due
typed "cd $sep; LD_LIBRARY_PATH=\$PWD ./sbc_pre $task"
pre=$? pre_ms=$took
written vm1/p1 >/run/due-later
claim 'sbc_pre: exit status 0, and STATUS:OK once, as the last line' said_ok "$pre"

step 'While it is held: the snapshot is mounted, the guest goes on'
typed 'findmnt -l -o TARGET,SOURCE,FSTYPE,OPTIONS | grep -e TARGET -e /mnt/vmbackup'
typed 'ls -C /mnt/vmbackup/p1'
typed 'holdstill status'
claim "the guest's own file system is mounted read-write as before" findmnt --options rw /guest/vm1/p1

step 'The backup reads it'
typed 'tar -C /mnt/vmbackup/p1 -cf backup.tar . && ls -sh backup.tar'
tar=$?
read_again() { [ "$tar" = 0 ] && tar -C /mnt/vmbackup/p1 --compare -f backup.tar; }
claim 'tar could read everything, and a second reading finds the same' read_again

step 'The job ends: sbc_post'
typed "cd $sep; LD_LIBRARY_PATH=\$PWD ./sbc_post $task"
post=$? post_ms=$took
now=$(last "$LAB/written/vm1/p1")
claim 'sbc_post: exit status 0 and STATUS:OK: the snapshot was good until the end' said_ok "$post"

step 'Is the backup that one instant, and whole?'
typed "mkdir restored; tar -C restored -xf backup.tar; ls restored/written | sed -n '1p;\$p'"
synced=$(wc -l </run/due)
numbers=$(find restored/written -printf '%f\n' | grep -x '[0-9]*' | sort)
saved=$(wc -l <<<"$numbers")
newest=$((10#$(tail -n 1 <<<"$numbers")))
note "What a file of the guest's must hold follows from its number, so each of them can be checked alone."
claim "all $synced files that the guest had synced before sbc_pre began are in the backup" check_written restored /run/due
claim "each of the $saved files in it is whole; none is from after sbc_pre" check_written restored /run/due /run/due-later
claim 'what never changes is whole: text, noise, a UTF-8 name, a symbolic link, a setuid file' check_static restored vm1/p1
claim "the guest wrote $((now - newest)) more files while it was held ($((newest + 1)) to $now)" test "$now" -gt "$newest"

step 'Is anything left?'
typed "$picture | diff before - && echo no difference"
same=$?
claim 'volumes, loop devices, device-mapper and mounts are as before' test "$same" = 0
claim 'no mount point and no journal is left' nothing_below /mnt/vmbackup /var/lib/holdstill /run/holdstill
echo "$synced $saved $((now - newest)) $pre_ms $post_ms" >"$LAB/numbers"
