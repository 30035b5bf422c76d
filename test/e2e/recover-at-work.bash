# `recover --boot` while a hook is at work, after one was killed, and while somebody reads what is from before the start.
. "$REPO/test/e2e/recover.words.bash"

$PRE u >/dev/null
$POST u >/dev/null
mark
break_tools

# The hook waits at its third command, the taking of the snapshot, until we let it go on.
break_at 3 before STOP "$PRE" t &
until_true 20 grep -qs '^State:.T' "/proc/$(until_true 20 pgrep -f '^holdstill pre')/status"
boot at-work
pkill -CONT -f '^holdstill pre'
wait

$HOLDSTILL status t | head -n 1 | cut -d ' ' -f 1-3
$POST t >/dev/null
same 'at work'

# One task was killed in mid-opening; another is open as it should be, until the machine starts anew while somebody reads it.
break_at 5 before KILL "$PRE" t
$PRE u >/dev/null
boot killed
$HOLDSTILL status u | head -n 1 | cut -d ' ' -f 1-3

reboot
(cd /run/holdstill/u && exec sleep 60) &
sleep 0.3
boot read
kill $!
wait $! 2>/dev/null

boot again
umount "$BOOT"
same end
