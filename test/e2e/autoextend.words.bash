# The process that watches snapshots, and what it watches.
. "$REPO/test/lab/guest/break.bash"

watchers() { pgrep -f '^holdstill watch'; }
watches() { watchers >/dev/null; }
one_watcher() { [ "$(watchers | wc -l)" -eq 1 ]; }
no_watcher() { ! watches; }
kill_watcher() { watchers | xargs kill -9; }

# silent_for MINUTES: as if nobody had watched for so long.
silent_for() { touch -d "$1 minutes ago" /run/holdstill/.watch; }

# change MIB: that much of the origin.
change() { dd if=/dev/urandom "of=/srv/data/$SECONDS" bs=1M count="$1" conv=fsync status=none; }

# larger MIB: is the snapshot of task t larger by now?
larger() { [ "$(lvs --noheadings --nosuffix --units m -o lv_size "vg0/$(snapshot_of t)" | cut -d . -f 1)" -gt "$1" ]; }
