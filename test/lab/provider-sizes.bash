# How much room does a snapshot get? Task sN is of volume LVS[N], with the size SIZES[N]; the last is `full`, and is filled.
. "$REPO/test/lab/guest/break.bash"

{
  echo 'tasks:'
  for n in "${!LVS[@]}"; do echo "  s$n: {lv: vg0/${LVS[n]}, size: ${SIZES[n]}}"; done
} | configure
mark

last=$((${#LVS[@]} - 1))
for n in "${!LVS[@]}"; do
  $PRE "s$n" >"$LAB/s$n.pre" 2>&1
  lvs --noheadings --units b --nosuffix -o lv_size --select "lv_tags=holdstill.task=s$n"
  [ "$n" != "$last" ] || dd if=/dev/urandom of=/dev/vg0/small bs=1M count=64 conv=fsync,notrunc status=none
  call "s$n" "$POST" "s$n"
done
same end
