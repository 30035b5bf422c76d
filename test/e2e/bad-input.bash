# pre of tasks that can't be opened: ${TASKS[@]}, each of them ${TASKS[n]}: {${SOURCES[n]}}.
. "$REPO/test/lab/guest/break.bash"

{
  echo tasks:
  for n in "${!TASKS[@]}"; do echo "  ${TASKS[n]}: {${SOURCES[n]}}"; done
} | configure
exec 2>"$LAB/stderr"

# What is in the volumes: a snapshot, one that is not active, a PV, nothing that is known, broken tables and file systems.
lvcreate -qq -s -L 8M -n copy vg0/data
lvchange -qq -an vg0/sleeping
pvcreate -qq -ff -y --config 'devices { scan_lvs=1 filter=["a|.*|"] }' /dev/vg0/pv1
dd if=/dev/urandom of=/dev/vg0/thin1 bs=1M count=39 conv=fsync status=none
dd if=/dev/urandom of=/dev/vg0/garbage bs=1M count=4 status=none
printf '\377\377\377\177' | dd of=/dev/vg0/mbr bs=1 seek=458 conv=notrunc status=none
for at in 1 65535; do dd if=/dev/zero of=/dev/vg0/gpt bs=512 seek=$at count=1 conv=notrunc status=none; done
mkfs.minix /dev/vg0/minix >/dev/null
mkfs.vfat /dev/vg0/fat >/dev/null
find -L /usr/lib/modules/ -name vfat.ko -delete
printf '\0\0\0\0' | dd of=/dev/vg0/broken bs=1 seek=1056 conv=notrunc status=none

# Where the mount points are: a full directory, files, links.
mkdir /mnt/full
touch /mnt/full/file /mnt/file /mnt/file2
ln -s /mnt/full /mnt/link
ln -s /mnt/full /mnt/link2

echo -n secret >/etc/open.key
chmod 644 /etc/open.key
mark

for task in "${TASKS[@]}"; do call "$task" "$PRE" "$task"; done
call sesam "$REPO/dist/sesam/sbc_pre" SC2024 unknown-lv F
call bacula "$REPO/dist/bacula/run-before" unknown-lv --job=7
same 'after all of them'
