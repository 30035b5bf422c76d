# Opens $TASKS tasks over $ORIGINS volumes, all at once, then closes them all at once. Prints the numbers of snapshots, mounts and
# journals while all are open, then whatever is left.
. "$REPO/test/lab/guest/break.bash"

{
  echo tasks:
  for ((n = 0; n < TASKS; n++)); do echo "  t$n: {lv: vg0/o$((n % ORIGINS)), size: 4M}"; done
} | configure
mark

for ((n = 0; n < TASKS; n++)); do call "pre$n" "$PRE" "t$n" & done
wait
lvs --noheadings -o origin,lv_tags --select lv_role=snapshot | grep -c 'holdstill.task=t'
find /run/holdstill -mindepth 1 -maxdepth 1 ! -name '.*' | wc -l
find /var/lib/holdstill -maxdepth 1 -name '*.journal' | wc -l

for ((n = 0; n < TASKS; n++)); do call "post$n" "$POST" "t$n" & done
wait
same 'all at once'
