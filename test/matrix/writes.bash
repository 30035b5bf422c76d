# Cuts the power after every write that LVM does for `pre` and for `post`. The disk of the VG logs its writes in the order
# in which they are safe (dm-log-writes); for every point a disk is made that has those up to it, and the machine started
# on it. STORAGE: thick or thin; PARTS: `t:SLICES:SLICE`; SCALE: all, or sample: only after writes that commit a change.
. "$REPO/test/lab/guest/sabotage.bash"

REPLAY=$REPO/test/lab/guest/replay.pl
JOURNAL=/var/lib/holdstill/t.journal
BOOT=/proc/sys/kernel/random/boot_id
CUT=/run/cut

# record: from here on the next `lvm` shell is logged, between marks, and the journal kept as it was before it.
record() {
  echo "$1" >$CUT/record
  shift
  "$@" >$CUT/out 2>&1 || die "$*: $(<$CUT/out)"
  [ ! -e $CUT/record ] || die "$*: changed nothing"
}

shim() {
  mv /usr/sbin/lvm $CUT/lvm
  cat >/usr/sbin/lvm <<S
#!/bin/bash
[ \$# = 0 ] && [ -e $CUT/record ] || exec $CUT/lvm "\$@"
phase=\$(<$CUT/record)
rm $CUT/record
cp $JOURNAL $CUT/journal.\$phase
sync /dev/mapper/logged; dmsetup message logged 0 mark begin.\$phase
$CUT/lvm
sync /dev/mapper/logged; dmsetup message logged 0 mark end.\$phase
S
  chmod 755 /usr/sbin/lvm
}

make() {
  local lv
  mkdir -p $CUT /run/origin /run/sabotage
  cat >/etc/lvm/lvm.conf <<'C'
devices { obtain_device_list_from_udev=0 filter=["a|^/dev/mapper/logged$|","a|^/dev/loop101$|","r|.*|"] }
activation { udev_sync=0 udev_rules=0 monitoring=0 reserved_memory=0 reserved_stack=0 process_priority=0 }
C
  for lv in 100 101 102; do mknod /dev/loop$lv b 7 $lv; done
  truncate -s 64M $CUT/disk && cp $CUT/disk $CUT/empty && truncate -s 256M $CUT/log
  losetup /dev/loop100 $CUT/disk && losetup /dev/loop102 $CUT/log
  modprobe dm-log-writes
  dmsetup create logged --table "0 131072 log-writes /dev/loop100 /dev/loop102" || die 'no log'
  dmsetup mknodes
  vgcreate -qq --yes -s 1M vg0 /dev/mapper/logged
  case $STORAGE in
    thin)
      lvcreate -qq --yes --type thin-pool --poolmetadatasize 2M -L 40M -n tp vg0
      for lv in disk plain; do lvcreate -qq --yes -V 8M --thinpool vg0/tp -n $lv; done
      commit="$(dmsetup table vg0-tp_tmeta | cut -d ' ' -f 5) 8"
      ;;
    thick)
      for lv in disk plain; do lvcreate -qq --yes -L 8M -n $lv vg0; done
      commit='0 9'
      ;;
  esac >/dev/null 2>&1
  for lv in disk plain; do
    mkfs.ext4 -q /dev/vg0/$lv && mkdir /run/origin/$lv && mount /dev/vg0/$lv /run/origin/$lv || die "no file system in $lv"
    head -c 100000 /dev/urandom >/run/origin/$lv/kept
  done
  sync
  cksum /run/origin/disk/kept /run/origin/plain/kept >$CUT/kept
  configure <<'Y'
tasks:
  t: {each: {lv: vg0/*}, size: 4M, autoextend: false}
Y
  mkdir -p -m 700 /run/holdstill /var/lib/holdstill /var/log/holdstill
  shim
  record pre "$PRE" t
  # Guests that write on.
  for lv in disk plain; do echo more >/run/origin/$lv/written; done
  record post "$POST" t
  umount /run/origin/disk /run/origin/plain
  mv $CUT/lvm /usr/sbin/lvm
  vgchange -qq -an vg0 && dmsetup remove logged && losetup -d /dev/loop100 && losetup -d /dev/loop102 || die 'the log is in use'
  perl "$REPLAY" $CUT/log list >$CUT/list
  echo 11111111-2222-3333-4444-555555555555 >$CUT/boot
}

# devices: what the pool holds, by its own numbers, after a next change of it: LVM sends no message that it has queued before.
devices() {
  [ "$STORAGE" = thin ] || return
  printf 'lvcreate -qq -y -kn -s -n next vg0/disk\nlvremove -qq -y vg0/next\n' | lvm 2>&1
  dmsetup message vg0-tp-tpool 0 reserve_metadata_snap
  thin_dump -m /dev/mapper/vg0-tp_tmeta | grep -o '<device dev_id="[0-9]*"'
  dmsetup message vg0-tp-tpool 0 release_metadata_snap
}

# start: the machine, on a disk that has all writes up to entry N.
start() {
  perl "$REPLAY" $CUT/log onto $CUT/disk "$reached" "$1" && reached=$1
  cp --sparse=always $CUT/disk $CUT/now
  losetup /dev/loop101 $CUT/now
  # A thin snapshot that the pool was not told of before the cut can't be activated; all else is, then.
  vgchange -qq -ay vg0 >$CUT/vgchange 2>&1
}

stop() { vgchange -qq -an vg0 2>&1 && losetup -d /dev/loop101 || die "after $what: the machine can't be stopped"; }

# machine: what a snapshot can change; device numbers are others at each start.
machine() {
  see
  see_lvs
  printf '%s\n' "$seen" "$lvs_seen" | sed 's/dm-[0-9]*/dm-N/'
}

# work SERIES: what brings the machine back; what is wrong is printed.
work() {
  if [ "$1" = recover ]; then
    plainly "$HOLDSTILL" recover --boot || echo "recover --boot: status $?"
    [[ $said = *'nothing is left'* ]] || echo "recover --boot said: $said"
  else
    plainly "$PRE" t || echo "pre: status $?: $said"
    plainly "$POST" t && [[ $said = *'verdict   good: 2 snapshots'* ]] || echo "post: status $?: $said"
  fi
}

whole() {
  local lv said
  for lv in disk plain; do
    # The journal is replayed here, as by the mount at the start of a machine.
    said=$(e2fsck -p /dev/vg0/$lv 2>&1) || [ $? = 1 ] || echo "$lv: $said"
    said=$(e2fsck -fn /dev/vg0/$lv 2>&1) || echo "$lv is not clean: $said"
    mount -o ro /dev/vg0/$lv /run/origin/$lv
  done
  cksum /run/origin/disk/kept /run/origin/plain/kept | diff $CUT/kept -
  umount /run/origin/disk /run/origin/plain
}

point() {
  local phase=$1 n=$2 series=$3 problems
  what="t, $phase, cut after write $n, then $series"
  start $((n + 1))
  cp "$CUT/journal.$phase" $JOURNAL && mount --bind $CUT/boot $BOOT
  problems=$(work "$series"; umount $BOOT; machine | diff $CUT/machine -; devices | diff $CUT/devices -; whole)
  stop
  rm -rf /run/holdstill/* /var/lib/holdstill/*
  if [ -z "$problems" ]; then
    echo "ok $what" >>"$LAB/points"
  else
    echo "failed $what" >>"$LAB/points"
    printf '%%%%%s\n%s\n' "$what" "$problems" >>"$LAB/failures"
  fi
}

# plan: the points of both phases. A pool commits its metadata with the superblock at the begin of it, LVM its own with the
# header at 4 KiB (lib/format_text/layout.h), which it writes with what is before it.
plan() {
  local n sector sectors mark phase=
  while read -r n sector sectors mark; do
    case $mark in
      begin*) phase=${mark#begin.} ;;
      end*) phase= ;;
    esac
    [ -n "$phase" ] && [ "$sectors" != 0 ] || continue
    [ "$SCALE" = all ] || [ "$sector $sectors" = "$commit" ] || continue
    all+=("$phase $n")
  done <$CUT/list
}

make
reached=0
mv $CUT/empty $CUT/disk
all=() points=() series=(recover job)
plan
IFS=: read -r _ slices slice <<<"${PARTS[0]}"
for one in "${!all[@]}"; do
  ((one % slices != slice)) || points+=("${all[one]} ${series[one / slices % 2]}")
done
echo "planned ${#points[@]}" >>"$LAB/points"
first=$(grep -m 1 -n 'begin.pre' $CUT/list)
what='the begin'
start $((${first%%:*} - 1))
machine >$CUT/machine
devices >$CUT/devices
stop
for one in "${points[@]}"; do
  # shellcheck disable=SC2086
  point $one
done
