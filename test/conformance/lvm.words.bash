# Words for logical volumes, thick and thin; see providers.bash. The world has mounted them below /srv.
make_origins() {
  local at
  for at in a m1 m2 m3; do echo "this is $at" >/srv/$at/name; done
  sync
}

change() {
  echo changed >/srv/a/name
  sync -f /srv/a
}

find_snapshot() { S=$(snapshot_of a); }

stays() { [ "$(lvs --noheadings -o lv_role "vg0/$S" | tr -d ' ')" = public ]; }
away() { lvremove -qq -y "vg0/$S"; }

rename_away() { lvrename -qq "vg0/$S" vg0/kept; }
rename_back() { lvrename -qq vg0/kept "vg0/$S"; }
lose() { lvremove -qq -y "vg0/$S"; }
