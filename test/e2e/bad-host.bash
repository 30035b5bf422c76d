# One after the other: what makes the configuration unsafe or wrong, and what the hooks say to it.
. "$REPO/test/e2e/bad-host.words.bash"
file=/etc/holdstill/holdstill.yaml

# Others may write it.
chmod 664 $file
call group-file "$PRE" t
call sesam-group "$SBC_PRE" t
call bacula-group "$RUN_BEFORE" t
chmod 646 $file
call world-file "$PRE" t
chmod 644 $file
chmod 777 /etc/holdstill
call world-directory "$PRE" t
chmod 755 /etc/holdstill
chown 1000 $file
call owner "$PRE" t
chown 0 $file

# Keys that are wrong.
printf '  u: {lv: vg0/data, sise: 8M}\n' >>$file
call unknown-key "$PRE" u
call other-task "$PRE" t
call close "$POST" u
$POST t >/dev/null
sound
printf 'tasks: {}\n' >>$file
call duplicate-key "$PRE" t

# No file that can be read.
rm $file
mkdir $file
call directory "$PRE" t
rmdir $file
ln -s /no/where $file
call dangling "$PRE" t
rm $file
mkfifo $file
call fifo "$PRE" t
rm $file
call missing "$PRE" t
call missing-post "$POST" t
call sesam-missing "$SBC_PRE" t
call bacula-missing "$RUN_BEFORE" t
rmdir /etc/holdstill
call no-directory "$PRE" t

# Called by somebody who is not root.
sound
chmod 600 $file
call nobody setpriv --reuid 65534 --regid 65534 --clear-groups "$PRE" t
chmod 644 $file
call nobody-reads setpriv --reuid 65534 --regid 65534 --clear-groups "$PRE" t
call nobody-posts setpriv --reuid 65534 --regid 65534 --clear-groups "$POST" t
call nobody-status setpriv --reuid 65534 --regid 65534 --clear-groups "$HOLDSTILL" status
same end
