# Words for snapshots with room of their own; see providers.bash.
. "$REPO/test/conformance/lvm.words.bash"

impostor() {
  lvremove -qq -y "vg0/$S"
  lvcreate -qq -y -Wn -L 8M -n "$S" --addtag holdstill vg0
}

fill() {
  dd if=/dev/urandom of=/srv/a/noise bs=1M count=10 conv=fsync status=none
  sync
  rm /srv/a/noise
}
