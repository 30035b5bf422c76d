# A task of each type of file system: opened, opened again after recover, closed. Two of them are mounted here.
. "$REPO/test/e2e/run.words.bash"

configure <<'Y'
tasks:
  x: {lv: vg0/x}
  v: {lv: vg0/v}
  n: {lv: vg0/n}
  b: {lv: vg0/b}
  m: {lv: vg0/m}
Y
look before

for lv in x v n b; do
  call pre-$lv holdstill pre $lv
  check_static /run/holdstill/$lv $lv
  holdstill recover $lv >/dev/null
  call again-$lv holdstill pre $lv
  ls /run/holdstill/$lv/Gr*
  call post-$lv holdstill post $lv
done
look after

call pre-m holdstill pre m
look after-m
