# Two runs of one origin: each removes its own snapshot; then one is removed that is gone already, by a journal of before.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
  u: {lv: vg0/data, size: 8M}
Y
mark

$PRE t >/dev/null
$PRE u >/dev/null
cp /var/lib/holdstill/t.journal /run/t.journal
call first "$POST" t
[ -n "$(snapshot_of u)" ] || echo 'the other run lost its snapshot'

# The journal of the first run is there again, as if it had never come to its end.
cp /run/t.journal /var/lib/holdstill/
edit_journal /var/lib/holdstill/t.journal '/"opened"/d'
call again "$POST" t
call second "$POST" u
same end
