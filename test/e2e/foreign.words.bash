# Things of others beside tasks t, d and u.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/plain, size: 16M, autoextend: false, mount: /mnt/t}
  d: {lv: vg0/disk, size: 16M, autoextend: false, mount: /mnt/d}
  u: {lv: vg0/other, size: 16M, autoextend: false}
Y
journal=/var/lib/holdstill/t.journal

# crashed: the journal of task t is as of a pre that was killed.
crashed() {
  $PRE t >/dev/null
  edit_journal "$journal" '/"opened"/d'
}

mark
