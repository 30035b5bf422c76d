# Makes a world: volume groups on loop devices of the guest's own memory. Called by what world.ts compiles; see there.
# A partition's or file system's id is LV/pN or LV.

# Nothing below may ever run on a real machine: it would make physical volumes there.
world_guard() {
  local block refused=
  grep -qs '^vendor_id.*User Mode Linux' /proc/cpuinfo || refused='this kernel is not User-Mode Linux'
  [ -e /run/holdstill-lab ] && [ "$HOLDSTILL_LAB" = guest ] || refused=${refused:-'the mark of the guest is missing'}
  for block in /sys/block/*; do
    case ${block##*/} in
      loop* | ubd* | dm-* | '*') ;;
      *) refused=${refused:-"there is a real disk, ${block##*/}"} ;;
    esac
  done
  [ -z "$refused" ] || {
    echo "lab: not in the guest ($refused); nothing was touched" >&2
    exit 98
  }
}

# world_groups VG=BYTES...: high loop numbers, so that the program under test gets the low ones, as on a real host.
world_groups() {
  local group number=100 filter=
  for group; do
    mknod "/dev/loop$number" b 7 "$number" 2>/dev/null
    truncate -s "$((${group##*=} + 8388608))" "/dev/shm/pv$number"
    losetup "/dev/loop$number" "/dev/shm/pv$number" || die "no loop device for ${group%=*}"
    filter+="\"a|^/dev/loop$number\$|\","
    echo "vgcreate --yes ${group%=*} /dev/loop$number" >>/run/world.lvm
    number=$((number + 1))
  done
  # No udev in the guest; nothing but our own loop devices is ever looked at.
  cat >/etc/lvm/lvm.conf <<C
devices { obtain_device_list_from_udev=0 filter=[$filter"r|.*|"] }
activation { udev_sync=0 udev_rules=0 monitoring=0 reserved_memory=0 reserved_stack=0 process_priority=0 }
C
}

# One lvm process for all volumes; its status is always 0, so what it made is looked at.
world_volumes() {
  cat >>/run/world.lvm
  lvm </run/world.lvm >/run/world.log 2>&1
  local made
  made=$(lvs --noheadings -o full_name 2>>/run/world.log | wc -l)
  [ "$made" -ge "$1" ] || die "LVM made $made of $1 volumes: $(cat /run/world.log)"
}

# world_table VG LV: a partition table by sfdisk's words on standard input; notes where each partition is.
world_table() {
  mkdir -p /run/world
  sfdisk --quiet --no-reread --no-tell-kernel "/dev/$1/$2" >/run/world.log 2>&1 || die "$1/$2: $(cat /run/world.log)"
  sfdisk --dump "/dev/$1/$2" | sed -nE "s|^/dev/$1/$2-?p?([0-9]+) : start= *([0-9]+), size= *([0-9]+),.*|\1 \2 \3|p" >"/run/world/$2"
}

# world_fs ID DEVICE PARTITION TYPE WHERE WRITER: '-' where there is none.
world_fs() {
  local id=$1 device=$2 partition=$3 type=$4 where=$5 writer=$6 start=0 size=0 on
  if [ "$where" != - ]; then
    on=$device
  else
    [ "$partition" = - ] || read -r _ start size < <(grep "^$partition " "/run/world/${id%/*}") || die "$id: no such partition"
    on=$(losetup --find --show --offset $((start * 512)) --sizelimit $((size * 512)) "$device") || die "$id: no loop device"
    where=/guest/$id
  fi
  world_mkfs "$type" "$on" >/run/world.log 2>&1 || die "$id: $(cat /run/world.log)"
  if [ "$type" != swap ]; then
    mkdir -p "$where"
    world_mount "$type" "$on" "$where" || die "$id: cannot mount $type"
    perl "$REPO/test/lab/guest/content.pl" static "$where" || die "$id: no room for the static tree"
    mkdir -p "$(dirname "$LAB/static/$id")" && (cd "$where" && sha256sum noise.bin) >"$LAB/static/$id.sha256"
    [ "$writer" = - ] || { world_writer "$id" "$where" && return; }
    [ "$on" != "$device" ] || return
    umount "$where"
  fi
  [ "$on" = "$device" ] || losetup --detach "$on"
}

world_mkfs() {
  case $1 in
    # Else the kernel zeroes inode tables some seconds after the mount, and snapshots fill up by it.
    ext[234]) "mkfs.$1" -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$2" ;;
    xfs) mkfs.xfs -q -f --unsupported "$2" ;;
    btrfs) mkfs.btrfs -q -f --mixed "$2" ;;
    vfat) mkfs.vfat "$2" ;;
    ntfs) mkntfs --quick --force --quiet "$2" ;;
    exfat) mkfs.exfat "$2" >/dev/null ;;
    swap) mkswap --quiet "$2" ;;
  esac
}

world_mount() {
  case $1 in
    ntfs) ntfs-3g "$2" "$3" ;;
    exfat) mount.exfat-fuse "$2" "$3" 2>/dev/null ;;
    vfat) mount -t vfat -o utf8=1 "$2" "$3" ;;
    *) mount -t "$1" "$2" "$3" ;;
  esac
}

world_writer() {
  mkdir -p "$(dirname "$LAB/written/$1")" /run/world/writers
  # Not in the way of what is tried while it writes.
  setsid nice -n 19 perl -MIO::Handle "$REPO/test/lab/guest/content.pl" write "$2" "$LAB/written/$1" </dev/null >>"$LAB/writers.log" 2>&1 &
  echo $! >"/run/world/writers/${1//\//:}"
  disown
}

# The world is ready when every writer has written something.
world_ready() {
  local writer
  for writer in /run/world/writers/*; do
    [ -e "$writer" ] || continue
    writer=${writer##*/}
    until_true 30 test -s "$LAB/written/${writer//:/\/}" || die "writer ${writer//:/\/}: $(cat "$LAB/writers.log")"
  done
}
