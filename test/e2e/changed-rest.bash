# Its devices, mounts and directories: others in their place.
. "$REPO/test/e2e/changed.words.bash"

# older: the partition of the open task d is on a loop device, $loop, and its journal says so, as those of version 0.1.0 do.
older() {
  local options id snapshot
  options=$(findmnt -no OPTIONS /mnt/d/p1)
  umount /mnt/d/p1
  dmsetup remove "hs.$run-0-map"
  loop=$(losetup --find --show --offset 1048576 --sizelimit 33554432 "/dev/vg0/$name")
  mount -o "$options" "$loop" /mnt/d/p1
  id=$(findmnt -no ID /mnt/d/p1) snapshot=$(dmsetup info --columns --noheadings -o uuid "vg0-$name")
  edit_journal /var/lib/holdstill/d.journal -e 's|"superblock":"[^"]*",||;s|"id":"[0-9]*"|"id":"'"$id"'"|' \
    -e 's|"kind":"map".*"volumes":"[^"]*"|"kind":"loop","backing":"/dev/vg0/'"$name"'","offset":"1048576","bytes":"33554432","volume":"'"$snapshot"'"|' \
    -e 's|"device":"/dev/dm-[0-9]*"|"device":"'"$loop"'"|;s|"volume":"LVM-holdstill[^"]*"|"volume":"'"$snapshot"'"|'
}

# The device of our name: removed by hand, and made anew over a file, and over our snapshot elsewhere.
dd if=/dev/zero of=/dev/shm/image bs=1M count=4 status=none
for over in file snapshot; do
  opened d
  umount /mnt/d/p1
  map=hs.$run-0-map
  dmsetup remove "$map"
  on=/dev/vg0/$name
  [ $over = snapshot ] || on=$(losetup --find --show /dev/shm/image)
  dmsetup create "$map" --readonly --table "0 8192 linear $on 0"
  call map-$over "$POST" d
  dmsetup info "$map" >/dev/null || echo "$map was removed"
  dmsetup remove "$map"
  [ $over = snapshot ] || losetup -d "$on"
  again map-$over d
done

# As version 0.1.0 left it: a loop device over the partition.
opened d
older
call older "$POST" d
same older

# The loop device of our number: detached by hand, and used by another program over a file, and over our snapshot elsewhere.
for over in file snapshot; do
  opened d
  older
  umount /mnt/d/p1
  losetup -d "$loop"
  if [ $over = file ]; then
    losetup "$loop" /dev/shm/image
  else
    losetup -o 4096 --sizelimit 33554432 "$loop" "/dev/vg0/$name"
  fi
  call loop-$over "$POST" d
  losetup -n -O BACK-FILE "$loop"
  losetup -d "$loop"
  again loop-$over d
done

# Another file system at our place: over ours, and instead of it.
opened t
mount -t tmpfs -o size=64k theirs /mnt/t
call over "$POST" t
umount /mnt/t
again over t
opened t
umount /mnt/t
mount -t tmpfs -o size=64k theirs /mnt/t
call instead "$POST" t
findmnt -n -o SOURCE /mnt/t
umount /mnt/t
again instead t

# Our directory: another one.
opened t
umount /mnt/t
rm /mnt/t/HOLDSTILL*
rmdir /mnt/t
mkdir /mnt/t
call another "$POST" t
ls -d /mnt/t
rmdir /mnt/t
again another t

# A link.
mkdir /mnt/real
opened t
umount /mnt/t
rm /mnt/t/HOLDSTILL*
rmdir /mnt/t
ln -s real /mnt/t
call link "$POST" t
readlink /mnt/t
rm /mnt/t
call link-again "$POST" t
rmdir /mnt/real
same link

# Files in it.
opened t
umount /mnt/t
echo theirs >/mnt/t/file
call files "$POST" t
cat /mnt/t/file
rm /mnt/t/file
again files t

# What others made before we come: a directory of somebody else's, with files, a link.
own=/run/holdstill/r
mkdir -m 755 $own
chown 1000 $own
call before-theirs "$PRE" r
chown 0 $own
touch $own/file
call before-full "$PRE" r
rm $own/file
rmdir $own
ln -s /mnt $own
call before-link "$PRE" r
readlink $own
rm $own
mkdir -m 755 $own
call before-empty "$PRE" r
call before-post "$POST" r
same before

# Task u is still open.
call survivor "$POST" u
