# Nine tasks for whose snapshots the volume group has no room together.
. "$REPO/test/lab/guest/break.bash"

{
  echo tasks:
  for n in {0..7}; do echo "  t$n: {lv: vg0/data, size: 16M}"; done
  echo '  all: {each: {lv: vg0/*}, size: 16M}'
} | configure
mark

for n in {0..7}; do call "pre$n" "$PRE" "t$n" & done
call pre8 "$PRE" all &
wait
lvs --noheadings -o lv_name --select lv_role=snapshot | wc -l
for n in {0..7}; do call "post$n" "$POST" "t$n" & done
call post8 "$POST" all &
wait
same 'room for some'
