# Others hold the lock of the volume group; the disk below a snapshot fails and comes back.
. "$REPO/test/lab/guest/break.bash"

# A volume group on two disks, of which the second is a device-mapper device that can be made to fail.
truncate -s 100M /dev/shm/more1 /dev/shm/more2
one=$(losetup -f --show /dev/shm/more1)
two=$(losetup -f --show /dev/shm/more2)
sed -i "s# filter=[^}]*# filter=[\"r|^$two$|\"]#" /etc/lvm/lvm.conf

# table TABLE: what the second disk is from now on.
table() {
  dmsetup suspend disk2
  dmsetup load disk2 --table "0 204800 $1"
  dmsetup resume disk2
}

DM_DISABLE_UDEV=1 dmsetup create disk2 --table "0 204800 linear $two 0"
vgcreate -qq vg1 "$one"
lvcreate -qq -y -L 16M -n origin vg1
lvcreate -qq -y -l 100%FREE -n rest vg1
vgextend -qq vg1 /dev/mapper/disk2
mkfs.ext4 -q /dev/vg1/origin
mkdir /srv/origin
mount /dev/vg1/origin /srv/origin
configure <<'Y'
tasks:
  quick: {lv: vg0/data, size: 8M, timeout: 9s}
  patient: {lv: vg0/data, size: 8M, timeout: 30s}
  full: {lv: vg1/origin, size: full}
Y
mark

# hold SECONDS: the lock. Whoever took it is gone: it is held by who inherited it.
hold() { flock /run/lock/lvm/V_vg0 -c "sleep $1 & exit" 2>/dev/null; }

hold 12
call locked "$PRE" quick
until_true 20 flock -n /run/lock/lvm/V_vg0 true
same locked quickly

# A post that has to wait.
call pre "$PRE" patient
hold 21
call post "$POST" patient
until_true 40 flock -n /run/lock/lvm/V_vg0 true
same post quickly

# The disk fails.
call full "$PRE" full
table error
dd if=/dev/urandom of=/srv/origin/x bs=1M count=2 conv=fsync status=none
table "linear $two 0"
call lost "$POST" full
same lost quickly
