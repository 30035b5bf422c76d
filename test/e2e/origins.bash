# A snapshot of each kind of logical volume that there is; which can be taken, which are left out?
. "$REPO/test/lab/guest/break.bash"

# A group vg1 of three disks more.
sed -i 's/ filter=[^}]*//' /etc/lvm/lvm.conf
modprobe -a dm-cache dm-cache-smq dm-writecache dm-raid raid1 raid456 dm-mirror dm-integrity dm-zero
for i in 1 2 3; do
  truncate -s 200M /dev/shm/more$i
  losetup -f --show /dev/shm/more$i
done >/run/more
mapfile -t more </run/more
vgcreate -qq vg1 "${more[@]}" 2>/dev/null

# new NAME OPTION...: a volume of that kind in vg1.
new() {
  local name=$1
  shift
  lvcreate -qq -y -n "$name" "$@" vg1 2>/dev/null
}

# fs NAME: a file system in it, with a file that says whose it is.
fs() {
  mkfs.ext4 -q -F "/dev/vg1/$1"
  mkdir -p /run/fs
  mount "/dev/vg1/$1" /run/fs
  echo "$1" >/run/fs/name
  umount /run/fs
}

# Caches: as a pool, as a volume, and for writes only.
new cached -L 16M
fs cached
new ssd --type cache-pool -L 12M
lvconvert -qq -y --type cache --cachepool vg1/ssd vg1/cached

new cachevol -L 16M
fs cachevol
new fast -L 12M
lvconvert -qq -y --type cache --cachemode writeback --cachevol vg1/fast vg1/cachevol

new writecached -L 16M
fs writecached
new fast2 -L 12M
lvchange -qq -an vg1/fast2
lvconvert -qq -y --type writecache --cachevol fast2 vg1/writecached

# Over several disks, and what LVM takes no thick snapshot of.
new raid1 --type raid1 -m 1 -L 16M
new raid5 --type raid5 -i 2 -L 16M
new striped -i 2 -L 16M
new mirrored --type mirror -m 1 --mirrorlog core -L 16M
new integrity --type raid1 -m 1 --raidintegrity y -L 8M
new sparse --type snapshot -L 8M -V 16M
new readonly -L 16M
new thick-asleep -L 16M
for name in raid1 raid5 striped mirrored readonly; do fs $name; done
lvchange -qq -pr vg1/readonly
lvchange -qq -an vg1/thick-asleep

# Thin volumes in two pools, one of which is not active.
lvcreate -qq -y -T -L 24M vg1/pool
lvcreate -qq -y -T -L 24M vg1/still
lvcreate -qq -y -V 16M -T vg1/pool -n thin
lvcreate -qq -y -V 16M -T vg1/still -n asleep
fs thin
fs asleep
lvchange -qq -an vg1/asleep
lvchange -qq -an vg1/still

configure <<'Y'
tasks:
  each: {each: {lv: vg1/*}, size: 4M}
  strict: {each: {lv: vg1/*, exclude: [sparse, integrity]}, size: 4M, skip: error}
  one: {lv: vg1/asleep}
  mistyped: {lv: vg1/stripd}
  forced: {lv: vg0/data, size: 4M}
Y
mark

# All of the group: what is in each snapshot that is taken, and what is left out.
call plan "$HOLDSTILL" plan each
call pre "$PRE" each
for name in "${TAKEN[@]}"; do cat "/run/holdstill/each/$name/name"; done
call mistyped "$PRE" mistyped
call post "$POST" each
same each

# Nothing may be left out; one by its name.
call strict "$PRE" strict
call one "$PRE" one
cat /run/holdstill/one/name
call one-post "$POST" one
same one

# LVM would make the origin read-only, because its list names it; then the list goes away, and the origin can be written to.
echo 'activation { read_only_volume_list=["vg0"] }' >>/etc/lvm/lvm.conf
call forced "$PRE" forced
call forced-plan "$HOLDSTILL" plan forced
sed -i '$d' /etc/lvm/lvm.conf
touch /srv/data/still-written && same forced
