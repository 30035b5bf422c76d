# Words for thin snapshots; see providers.bash.
. "$REPO/test/conformance/lvm.words.bash"

impostor() {
  lvremove -qq -y "vg0/$S"
  lvcreate -qq -y -Wn -V 8M --thinpool vg0/tp -n "$S" --addtag holdstill
}
