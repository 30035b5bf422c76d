# Words for image files that are copied; see providers.bash.
. "$REPO/test/conformance/images.words.bash"

make_origins() {
  local n
  mkdir /srv/images/m
  image /srv/images/a 12M
  for n in 1 2 3; do image /srv/images/m/m$n.img 8M; done
  # One for whose copy there is no room.
  dd if=/dev/urandom of=/srv/images/large bs=1M count=60 status=none
  mkfs.ext4 -q -F -E nodiscard /srv/images/large
  image "/srv/images/b c.img" 8M
  sync
}

# The same bytes in another file.
impostor() {
  mv "$S" /srv/images/kept
  cp /srv/images/kept "$S"
  rm /srv/images/kept
}
stays() { [ -s "$S" ]; }
