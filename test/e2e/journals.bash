# What is done to the journal $j of task t: ${DAMAGES[@]}. None of it may be obeyed.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/plain, size: 8M}
  u: {lv: vg0/other, size: 8M}
  v: {lv: vg0/third, size: 8M}
Y
echo 0123456789abcdef0123456789abcdef >/etc/machine-id
j=/var/lib/holdstill/t.journal
mark

$PRE u >/dev/null
$PRE t >/dev/null
cp $j /run/whole

held() {
  lvs --noheadings -o lv_name --select lv_tags=holdstill
  grep vg0 /proc/self/mountinfo
}

held >/run/held

# damaged N WHAT: whatever is asked for, nothing of what it lists is touched, nor the file.
damaged() {
  local n=$1 what=$2
  eval "$what"
  stat -c '%F %a %u %s' $j >/run/file
  call "$n-post" timeout 60 "$POST" t
  ((n % 4)) || call "$n-pre" timeout 60 "$PRE" t
  held | cmp -s - /run/held || echo "$what: it was obeyed"
  stat -c '%F %a %u %s' $j | cmp -s - /run/file || echo "$what: it was changed"
  rm -rf $j
  cp /run/whole $j
  chmod 600 $j
}

for n in "${!DAMAGES[@]}"; do damaged "$n" "${DAMAGES[n]}"; done

# Recover and the others' tasks go on beside it.
sed -i 3d $j
$PRE v >/dev/null
edit_journal /var/lib/holdstill/v.journal '/"opened"/d'
call beside-recover "$HOLDSTILL" recover
call beside-status "$HOLDSTILL" status
call beside-post "$POST" u
cp /run/whole $j

# Sealed anew by somebody who knows how: what is not ours is not touched all the same.
edit_journal $j '2s/"name":"[^"]*"/"name":"third"/'
call forged "$POST" t
lvs vg0/third >/dev/null || echo 'the forger was obeyed'
lvs --noheadings -o lv_name --select lv_tags=holdstill | wc -l
lvremove -qq -y "vg0/$(snapshot_of t)"
rm $j
$PRE t >/dev/null

# Cut at a line's end it is a journal like any other, and does not list what is there.
cp $j /run/whole
sed -i 2,99d $j
call cut "$POST" t
call cut-again "$HOLDSTILL" recover
held | wc -l
cp /run/whole $j
call cut-end "$POST" t
same end
