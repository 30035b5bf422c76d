# Words for image files below /srv/images; see providers.bash.

# image FILE SIZE: with a file system that says whose it is.
image() {
  truncate -s "$2" "$1"
  mkfs.ext4 -q -F "$1"
  mkdir -p /run/image
  mount -o loop "$1" /run/image
  echo "this is ${1##*/}" >/run/image/name
  umount /run/image
}

change() {
  mount -o loop /srv/images/a /run/image
  echo changed >/run/image/name
  umount /run/image
}

find_snapshot() { S=$(echo /srv/images/.hs.*); }

away() { rm "$S"; }

rename_away() { mv "$S" /srv/images/kept; }
rename_back() { mv /srv/images/kept "$S"; }
lose() { rm "$S"; }
