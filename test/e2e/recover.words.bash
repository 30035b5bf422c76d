# For the scripts of recover.test.ts.
. "$REPO/test/lab/guest/break.bash"

configure <<'Y'
tasks:
  t: {lv: vg0/data, size: 8M}
  u: {lv: vg0/data, size: 8M}
  v: {lv: vg1/other, size: 8M, mount: /mnt/v}
  w: {lv: vg-0/da-ta, size: 8M}
Y

# reboot: as after another start, as far as the id of the boot shows: all that is open is from before it. `umount "$BOOT"` takes it back.
BOOT=/proc/sys/kernel/random/boot_id
reboot() {
  echo 11111111-2222-3333-4444-555555555555 >/run/boot
  mount --bind /run/boot "$BOOT"
}

# boot NAME: what systemd calls at the start, as `call`.
boot() { call "$1" "$HOLDSTILL" recover --boot; }
