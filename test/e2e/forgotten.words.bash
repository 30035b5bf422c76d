# Words of all scripts about snapshots that a start of the machine finds, or that somebody works on.
. "$REPO/test/lab/guest/break.bash"

BOOT=/proc/sys/kernel/random/boot_id

# restart TASK ORIGIN: as after another start: nothing is mounted, LVM has activated what it activates by itself, the id of
# the boot is another.
restart() {
  umount "/run/holdstill/$1"
  pkill -f '^holdstill watches'
  lvs --noheadings --options lv_name --select "origin=$2" vg0 | xargs -I@ lvchange -qq -an vg0/@
  lvchange -qq -an "vg0/$2"
  vgchange -qq -aay vg0
  echo "$1" >/run/boot
  findmnt $BOOT >/dev/null || mount --bind /run/boot $BOOT
}

# active LV: is it?
active() { lvs --noheadings --options lv_active "$1" | tr -d ' '; }
