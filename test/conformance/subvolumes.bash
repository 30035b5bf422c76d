# Words for subvolumes of a btrfs at /srv/data; see providers.bash.
make_origins() {
  local at
  for at in a m1 "it's a-b  \$(x) ü" "$LONG$LONG"; do
    btrfs -q subvolume create "/srv/data/$at"
    echo "this is $at" >"/srv/data/$at/name"
  done
  echo 'this is m1' >/srv/data/name
  sync
}

change() { echo changed >/srv/data/a/name; }

find_snapshot() { S=$(echo /srv/data/a/.hs.*/*); }

# A snapshot of another one.
impostor() {
  btrfs -q subvolume delete "$S"
  btrfs -q subvolume snapshot /srv/data/m1 "$S"
}
stays() { [ -e "$S/name" ]; }
away() { btrfs -q subvolume delete "$S"; }

rename_away() { mv "$S" "${S%/*}/kept"; }
rename_back() { mv "${S%/*}/kept" "$S"; }
lose() { btrfs -q subvolume delete "$S"; }
