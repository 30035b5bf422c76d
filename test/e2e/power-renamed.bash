# After a start: somebody took a thick snapshot of our thin one, then he renamed ours. Both stay, with what is in them.
. "$REPO/test/lab/guest/break.bash"

configure <<<'tasks: {t: {lv: vg0/vm-a}}'

# Open, and a thick snapshot of it; the machine starts anew.
$PRE t >/dev/null
S=$(snapshot_of t)
umount /run/holdstill/t
lvcreate -qq -y -s -L 4M -n mine "vg0/$S"
lvchange -qq -y -an vg0/mine "vg0/$S"
echo 11111111-2222-3333-4444-555555555555 >/run/boot
mount --bind /run/boot /proc/sys/kernel/random/boot_id

# What post leaves can still be read.
call post "$POST" t
lvchange -qq -y -ay -K vg0/mine && mount -o ro /dev/vg0/mine /mnt && ls /mnt
umount /mnt

lvremove -qq -y vg0/mine
lvrename -qq "vg0/$S" vg0/kept
lvchange -an vg0/kept
call renamed "$POST" t
lvchange -qq -ay -K vg0/kept && mount -o ro,noload /dev/vg0/kept /mnt && ls /mnt
umount /mnt

lvrename -qq vg0/kept "vg0/$S"
call again "$POST" t
