# Words for image files where files can share their blocks; see providers.bash.
. "$REPO/test/conformance/images.words.bash"

make_origins() {
  local n
  mkdir /srv/images/m
  image /srv/images/a 12M
  for n in 1 2 3; do image /srv/images/m/m$n.img 8M; done
  image "/srv/images/it's a-b  \$(x) ü.img" 8M
  image "/srv/images/$LONG$LONG.img" 8M
  sync
}

impostor() {
  rm "$S"
  echo mine >"$S"
}
stays() { [ "$(<"$S")" = mine ]; }
