# Of several alike guests one has an empty partition; a disk holds two things at once.
. "$REPO/test/e2e/gaps.words.bash"

mark

# Vm1's second partition is not formatted; blkid stops at it, and vm2's must be found all the same.
dd if=/dev/zero of=/dev/vg0/vm1 bs=1M seek=9 count=8 conv=notrunc status=none
call all "$PRE" all
call files cat /run/holdstill/all/vm2/p2/hello.txt
call status "$HOLDSTILL" status all
call post "$POST" all

# A file system that was there before the partition table.
mkfs.ext4 -q -F /dev/vg0/stale
printf 'start=2048,size=16384,type=83\n' | sfdisk -q --force --wipe never -X dos /dev/vg0/stale 2>/dev/null
blkid -p /dev/vg0/stale
call stale "$PRE" stale
same end
