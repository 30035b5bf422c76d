# Tasks of volumes with hyphens, dots and long names: VGS and LVS. The last one is longer than LVM can take a snapshot of.
. "$REPO/test/e2e/run.words.bash"

{
  echo tasks:
  for n in "${!LVS[@]}"; do echo "  n$n: {lv: ${VGS[n]}/${LVS[n]}, size: 8M}"; done
} | configure
look before

last=$((${#LVS[@]} - 1))
for ((n = 0; n < last; n++)); do
  call "pre$n" holdstill pre "n$n"
  check_static "/run/holdstill/n$n" "${LVS[n]}"
  call "post$n" holdstill post "n$n"
  look "after$n"
done

lvcreate -qq -y -L 8M -n "${LVS[last]}" "${VGS[last]}"
look before-long
call too-long holdstill pre "n$last"
look after-long
