# Image files and subvolumes where others may write: links, names that are no text, what is replaced while a hook works.
. "$REPO/test/lab/guest/break.bash"

# image FILE NAME: with a file system that says whose it is.
image() {
  truncate -s 8M "$1"
  mkfs.ext4 -q -F "$1"
  mount -o loop "$1" /mnt
  echo "this is $2" >/mnt/name
  umount /mnt
}

mkdir -p /srv/images/{good,empty,vault}/disks $'/srv/images/odd\xff/disks'
rmdir /srv/images/empty/disks
image /srv/images/good/disks/a.img a
image /srv/images/vault/secret.raw secret
cp /srv/images/good/disks/a.img $'/srv/images/odd\xff/disks/b.img'

# Links: a good one, a circle, to a device, to the image of somebody else.
cd /srv/images/good/disks || exit
ln -s a.img alias.img
ln -s loop.img loop.img
ln -s /dev/vg0/disk disk.img
ln -s ../../vault/secret.raw planted.img
chown -h 1000 planted.img
cd /

for name in own bob; do
  btrfs -q subvolume create /srv/cow/$name
  echo $name >/srv/cow/$name/name
done

configure <<'Y'
tasks:
  images: {file: '/srv/images/*/disks/*.img'}
  strict: {file: '/srv/images/*/disks/*.img', skip: error}
  one: {file: /srv/images/good/disks/a.img}
  own: {subvolume: /srv/cow/own}
Y
sync
mark

for task in images strict; do
  call $task "$PRE" $task
  (cd /run/holdstill/$task 2>/dev/null && cat ./*/disks/*/name)
  $POST $task >/dev/null
  same $task
done

# before TOOL WORD COMMAND: once, when the tool is called with that word; until `after TOOL`.
before() {
  path=$(realpath "$(type -P "$1")")
  mkdir -p /run/real
  mv "$path" "/run/real/$1"
  cat >"$path" <<S
#!/bin/bash
if [[ " \$* " = *" $2 "* && ! -e /run/done ]]; then
  : >/run/done
  $3
fi
exec /run/real/$1 "\$@"
S
  chmod 755 "$path"
}
after() {
  mv -f "/run/real/$1" "$path"
  rm -f /run/done
}

# The image is not the one that was found, in the middle of the snapshot: what is shown is what was found.
before cp --reflink=always 'mv /srv/images/good/disks/a.img /srv/images/kept; ln -s /srv/images/vault/secret.raw /srv/images/good/disks/a.img'
call one "$PRE" one
cat /run/holdstill/one/name
call one-post "$POST" one
after cp
mv /srv/images/kept /srv/images/good/disks/a.img
same one

# A link to a subvolume of somebody else is in the place of the snapshot when it is deleted.
call own "$PRE" own
S=$(echo /srv/cow/own/.hs.*/*)
D=$(dirname "$S")
before btrfs delete "mv $S $D/kept; ln -s /srv/cow/bob $S"
call own-post "$POST" own
after btrfs
ls -d "$D/kept" 2>/dev/null
cat /srv/cow/bob/name
rm "$S"
call own-again "$POST" own
same own

# Changed behind our back, and as it was again.
$PRE own >/dev/null
S=$(echo /srv/cow/own/.hs.*/*)
btrfs property set "$S" ro false
echo more >"$S/more"
btrfs property set "$S" ro true
call changed "$POST" own
same changed
$PRE one >/dev/null
truncate -s 1M /srv/images/good/disks/.hs.*
call cut "$POST" one
same cut

# What no journal lists.
cp /srv/images/good/disks/a.img /srv/images/good/disks/.hs.0badcafe.0.a.img
btrfs -q subvolume snapshot -r /srv/cow/bob /srv/cow/bob/.hs.0badcafe.0.bob
call status "$HOLDSTILL" status
rm /srv/images/good/disks/.hs.0badcafe.0.a.img
btrfs -q subvolume delete /srv/cow/bob/.hs.*
call quiet "$HOLDSTILL" status
