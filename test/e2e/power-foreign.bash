# The pool holds a thin device of somebody else, of which LVM does not know: the message of pre has the command that makes it go.
. "$REPO/test/lab/guest/break.bash"

configure <<<'tasks: {t: {lv: vg0/vm-a}}'
dmsetup message vg0-tp-tpool 0 'create_thin 2'
call pre "$PRE" t
lvs --noheadings -o lv_name | tr -d ' '

eval "$(sed -n "s/.*\(dmsetup message .*'\).*/\1/p" "$LAB/pre.err")"
call again "$PRE" t
call post "$POST" t
