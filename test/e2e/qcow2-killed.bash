# kill -9 of `pre` at the moments around the start of what shows an image: recover leaves no process, no mount and no file.
. "$REPO/test/lab/guest/sabotage.bash"
. "$REPO/test/lab/guest/libvirt.bash"
. "$REPO/test/lab/guest/qcow2.bash"

configure <<'Y'
tasks:
  off: {vm: off}
Y
modprobe fuse
cd /srv/images || exit
truncate -s 8M raw
mkfs.ext4 -q -F raw
qemu-img convert -O qcow2 raw plain.qcow2
libvirt_up || die 'libvirt does not start'
guest_of off "$(qcow2_of vda /srv/images/plain.qcow2)"
mkdir -p -m 700 /run/holdstill /var/lib/holdstill /var/log/holdstill
sabotage
mark_closed
declare -a moments
moments_of moments "$PRE" off
plainly "$POST" off
is_closed || echo 'post left something'
# The first asks what it can do, the last shows the image.
for n in "${!moments[@]}"; do [ "${moments[n]}" != qemu-storage-daemon ] || start=$n; done
echo "of ${#moments[@]} moments: ${moments[start]}"
# Notes of two steps before it, and what is known of them after it.
points=("$start before" "$start while" "$start after")
for n in $((start - 2)) $((start + 1)) $((start + 2)) $((start + 3)); do points+=("$n after"); done
for point in "${points[@]}"; do
  read -r n how <<<"$point"
  sabotaged "$n" "$how" "$PRE" off
  plainly "$HOLDSTILL" recover off || echo "$point ($hit): status $?: $said"
  is_closed || echo "$point ($hit): see above"
  [ -z "$(showers)$(ls -A /run/holdstill)" ] || { echo "$point ($hit): $(showers; ls -A /run/holdstill)" && by_force; }
done
# One that can't be started.
for how in status killed done-killed; do
  sabotaged "$start" "$how" "$PRE" off
  echo "$how: status $?, $said"
  plainly "$HOLDSTILL" recover off || echo "$how: status $?: $said"
  is_closed || echo "$how: see above"
  [ -z "$(showers)" ] || echo "$how: $(showers)"
done
# Where systemd is, it is not in the control group of the hook, unless systemd does not let us.
mkdir -p /run/systemd/system
executable /usr/bin/systemd-run <<'S'
#!/bin/sh
echo "$1 $2" >/run/scope
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
S
plainly "$PRE" off || echo "in a scope: $said"
cat /run/scope
plainly "$POST" off || echo "in a scope: $said"
executable /usr/bin/systemd-run <<<'#!/bin/false'
plainly "$PRE" off || echo "without a scope: $said"
plainly "$POST" off || echo "without a scope: $said"
showers
is_closed || echo 'after systemd: see above'
