# For scripts in the guest whose power goes: a machine on two disks of the host, /dev/ubda with a VG and /dev/ubdb with
# what a root file system keeps. $SHARE is a directory of the host, which outlives the guest as well.
. "$REPO/test/lab/guest/world.bash" && . "$REPO/test/lab/guest/look.bash" && . "$REPO/test/lab/guest/break.bash" || exit 99

JOURNAL=/var/lib/holdstill/t.journal

# power_lvm: as world_groups does it for the guest's memory. The guests' own loop device has a high number.
power_lvm() {
  world_guard
  cat >/etc/lvm/lvm.conf <<'C'
devices { obtain_device_list_from_udev=0 filter=["a|^/dev/ubda$|","r|.*|"] }
activation { udev_sync=0 udev_rules=0 monitoring=0 reserved_memory=0 reserved_stack=0 process_priority=0 }
C
  mknod /dev/loop100 b 7 100
}

# power_make thick|thin: the disks of a new machine. A guest's disk with a partition, and a file system.
power_make() {
  power_lvm
  vgcreate -qq --yes vg0 /dev/ubda || die 'no VG'
  if [ "$1" = thin ]; then
    lvcreate -qq --yes --type thin-pool -L 160M -n tp vg0
    printf 'lvcreate -qq --yes -V %s --thinpool vg0/tp -n %s\n' 40M disk 24M plain | lvm
  else
    printf 'lvcreate -qq --yes --wipesignatures n -L %s -n %s vg0\n' 40M disk 24M plain | lvm
  fi >/dev/null 2>&1
  world_table vg0 disk <<'T'
label: dos
/dev/p1 : start=2048, size=65536, type=83
T
  world_fs disk/p1 /dev/vg0/disk 1 ext4 - -
  world_fs plain /dev/vg0/plain - ext4 - -
  mkfs.ext4 -q /dev/ubdb && mount /dev/ubdb /mnt || die 'no file system for the state'
  mkdir -p -m 700 /mnt/state /mnt/log && mkdir -p /mnt/mnt
  configure <<'Y' && cp -a /etc/holdstill /mnt/etc
tasks:
  t: {each: {lv: vg0/*}, size: 12M, mount: /mnt/t}
Y
  umount /mnt
  power_up
  machine >"$SHARE/marked"
  power_down
}

# power_up: what a start of the machine does before any hook runs: volumes, state, file systems (whose journals are replayed).
power_up() {
  local place
  [ -e /dev/loop100 ] || power_lvm
  # A thin snapshot that the pool was not told of before the cut can't be activated; all else is, then.
  vgchange -qq -ay vg0 >"$LAB/vgchange" 2>&1
  mkdir -p /state /etc/holdstill /var/lib/holdstill /var/log/holdstill /guest/disk /guest/plain
  mount /dev/ubdb /state || die 'the state is lost'
  for place in etc=/etc/holdstill state=/var/lib/holdstill log=/var/log/holdstill mnt=/mnt; do
    mount --bind "/state/${place%%=*}" "${place#*=}" || die "$place"
  done
  losetup --offset $((2048 * 512)) --sizelimit $((65536 * 512)) /dev/loop100 /dev/vg0/disk || die 'no loop device'
  origins_up
  # What the program makes once and keeps; /run is empty after a start.
  mkdir -p -m 700 /run/holdstill
}

origins_up() { mount -t ext4 /dev/loop100 /guest/disk && mount -t ext4 /dev/vg0/plain /guest/plain || die 'an origin is lost'; }

power_down() {
  umount /guest/disk /guest/plain && losetup -d /dev/loop100 && umount /mnt /var/log/holdstill /var/lib/holdstill /etc/holdstill /state &&
    vgchange -qq -an vg0
}

# machine: the picture, without what is another at each start: a tmpfs may be as large as half of the free memory.
machine() { without_locks | sed -E 's/,size=[0-9]+k//'; }

# origins_whole: what was safe before the cut is there, and the file systems are clean after the replay of their journals.
origins_whole() {
  local lv device said
  for lv in disk plain; do
    [ ! -e "$SHARE/written.$lv" ] || said=$(perl "$REPO/test/lab/guest/content.pl" check /guest/$lv "$SHARE/written.$lv") || echo "$lv: $said"
  done
  umount /guest/disk /guest/plain || echo 'an origin is in use'
  for device in /dev/loop100 /dev/vg0/plain; do
    said=$(e2fsck -fn "$device" 2>&1) || echo "$device is not clean: $said"
  done
  origins_up
}

# write: guests that never stop writing, into both origins.
write_on() {
  local lv
  for lv in disk plain; do
    : >"$SHARE/written.$lv"
    setsid nice -n 19 perl -MIO::Handle "$REPO/test/lab/guest/content.pl" write /guest/$lv "$SHARE/written.$lv" </dev/null >>"$LAB/writers.log" 2>&1 &
    disown
  done
  for lv in disk plain; do until_true 20 test -s "$SHARE/written.$lv" || die "$lv: $(<"$LAB/writers.log")"; done
}

# cut_at PATTERN SECONDS kill|reboot: in the background: the power goes so long after the journal has such a line ('': at once).
cut_at() {
  perl "$REPO/test/lab/guest/cut.pl" "$JOURNAL" "$1" "$2" "$3" "$SHARE/now" </dev/null >/dev/null 2>&1 &
  disown
}

# said_before: what the journal says of the moment of the cut.
said_before() {
  if [ ! -s $JOURNAL ]; then echo none
  elif grep -q '"closing":' $JOURNAL; then echo closing
  elif grep -q '"opened":' $JOURNAL; then echo held
  else echo opening
  fi
}

# power_verify RECOVERY: what the program does after the start leaves the machine as it was; what is wrong is printed.
power_verify() {
  local before said
  before=$(said_before)
  echo "$before" >"$SHARE/state"
  if [ "$1" = recover ]; then
    said=$($HOLDSTILL recover --boot 2>&1) || echo "recover --boot, status $?: $said"
    [ "$before" != none ] || [ -z "$said" ] || echo "recover --boot had nothing to do, and said: $said"
    [ "$before" = none ] || [[ $said = *'nothing is left'* ]] || echo "recover --boot said: $said"
  else
    said=$($PRE t 2>&1) || echo "pre, status $?: $said"
    said=$($POST t 2>&1) && [[ $said = *'verdict   good: 2 snapshots'* ]] || echo "post, status $?: $said"
  fi
  origins_whole
  machine | diff "$SHARE/marked" - || echo "journal before: $before"
  # An idle task is one line; it takes a second to ask.
  ((RANDOM % 4)) || { said=$($HOLDSTILL status 2>&1) && [ "$said" = 't  idle' ]; } || echo "status: $said"
}

# power_work MOMENT PATTERN SECONDS HOW: be a machine that saves its guests, until the power goes.
power_work() {
  write_on
  [ "$1" = pre ] && cut_at "$2" "$3" "$4"
  $PRE t >"$LAB/pre" 2>&1 || { cat "$LAB/pre"; return 1; }
  if [ "$1" != post ]; then
    [ "$1" = open ] && cut_at "$2" "$3" "$4"
    cd /mnt/t && tar -cf - . >/dev/null
    sleep 15
  fi
  cut_at "$2" "$3" "$4"
  $POST t >"$LAB/post" 2>&1 || { cat "$LAB/post"; return 1; }
  sleep 15
  echo 'the power never went'
  return 1
}
