# For scripts in the guest that let things go wrong at every moment of a hook: break.bash, and the functions below.
. "$REPO/test/lab/guest/break.bash"

# sabotage: from here on hooks run with sabotage.cjs. The real Node comes from the host; its version is told without it,
# which saves a tenth of a second a hook.
sabotage() {
  local real version tool
  real=$(realpath "$NODE")
  version=$("$real" --version)
  mkdir -p /run/sabotage/node /run/sabotage/faulty
  mkfifo /run/sabotage/release
  mount -t hostfs -o "${real%/*}" none /run/sabotage/node || die 'no hostfs'
  rm -f /usr/bin/node
  printf '#!/bin/sh\ncase $1 in --version) echo %s; exit ;; esac\nexec /run/sabotage/node/%s --require %q "$@"\n' \
    "$version" "${real##*/}" "$REPO/test/lab/guest/sabotage.cjs" >/usr/bin/node
  chmod 755 /usr/bin/node
  for tool in lvm losetup mount umount blkid partx flock dd find cp btrfs dmsetup cryptsetup qemu-storage-daemon node sh; do
    cp "$REPO/test/lab/guest/faulty.sh" "/run/sabotage/faulty/$tool"
    chmod 755 "/run/sabotage/faulty/$tool"
  done
}

# moments_of ARRAY COMMAND...: the moments of this command, by number from 1, into the array.
moments_of() {
  local -n _moments=$1
  shift
  : >/run/sabotage/moments
  echo count >/run/sabotage/plan
  "$@" >/run/sabotage/out 2>&1 </dev/null || die "$*: status $?: $(</run/sabotage/out)"
  rm /run/sabotage/plan
  _moments=()
  mapfile -t -O 1 _moments </run/sabotage/moments
}

# sabotaged N HOW COMMAND...: run it with that plan; its status, what it said is in $said, what was hit in $hit, its time in $ms.
# shellcheck disable=SC2034 # its words are for the caller
sabotaged() {
  local status begun=$EPOCHREALTIME
  echo "$1 $2" >/run/sabotage/plan
  : >/run/sabotage/hit
  shift 2
  # In the background: bash says of a child that was killed in the foreground what nobody asked for.
  "$@" >/run/sabotage/out 2>&1 </dev/null &
  wait $! 2>/dev/null
  status=$?
  ms=$(((${EPOCHREALTIME/./} - ${begun/./}) / 1000))
  rm /run/sabotage/plan
  said=$(</run/sabotage/out)
  hit=$(</run/sabotage/hit)
  return "$status"
}

# plainly COMMAND...: run it as it is; its status, and $said.
# shellcheck disable=SC2034 # said is for the caller
plainly() {
  "$@" >/run/sabotage/out 2>&1 </dev/null
  local status=$?
  said=$(</run/sabotage/out)
  return "$status"
}

# see: what a snapshot can change, into $seen, without starting a process. Run ids, locks and the guard (it leaves within a second) are left out, and so are the
# numbers of device-mapper devices: one that has just gone may keep its own for a while.
see() {
  local file line lines name number n
  local -A suspended=() numbers=()
  for file in /sys/block/dm-*/dm; do
    { read -r name <"$file/name" && read -r line <"$file/suspended"; } 2>/dev/null || continue
    number=${file%/dm} name=${name/#hs.????????-/hs.RUN-}
    suspended[$name]=$line numbers[${number##*/}]=$name
  done
  seen=
  for file in /dev/mapper/* /var/lib/holdstill/* /run/holdstill/* /mnt/* /srv/*/.hs.* /srv/*/*/.hs.*; do
    [[ $file = *.lock || $file = *.guard || $file = *.history* || $file = *'/*' ]] || seen+="$file"$'\n'
  done
  for file in /sys/block/loop*/loop/backing_file; do
    [ ! -r "$file" ] || { read -r line <"$file" && seen+="$file $line"$'\n'; }
  done
  # In the order of their names, then of their numbers in the run; what has none of both comes as it may.
  for file in /dev/mapper/*; do
    name=${file##*/}
    [ -z "${suspended[$name]-}" ] || seen+="$name suspended ${suspended[$name]}"$'\n'
    unset "suspended[$name]"
  done
  for ((n = 0; ; n++)); do
    name=hs.RUN-$n-map
    [ -n "${suspended[$name]-}" ] || break
    seen+="$name suspended ${suspended[$name]}"$'\n'
    unset "suspended[$name]"
  done
  for name in "${!suspended[@]}"; do seen+="$name suspended ${suspended[$name]}"$'\n'; done
  mapfile -t lines </proc/self/mountinfo
  printf -v line '%s\n' "${lines[@]#* * * * }"
  for number in "${!numbers[@]}"; do line=${line//"/dev/$number "/"${numbers[$number]} "}; done
  seen+=$line
  [[ ! $seen =~ hs\.[0-9a-f]{8} ]] || seen=${seen//"${BASH_REMATCH[0]}"/hs.RUN}
  # btrfs never gives the number of a subvolume again.
  [[ ! $seen =~ subvolid=[0-9]+,subvol=[^[:space:]]*hs\.RUN ]] || seen=${seen/"${BASH_REMATCH[0]}"/hs.RUN}
}

# see_lvs: LVM's own view, into $lvs_seen.
see_lvs() { lvs_seen=$(lvs --all --noheadings -o vg_name,lv_name,lv_attr,origin,lv_tags 2>&1); }

# mark_closed, mark_open TASK: how the machine looks now is how it shall look whenever nothing, or that task, is open.
declare -A open_seen
mark_closed() {
  see
  closed_seen=$seen
  see_lvs
  closed_lvs=$lvs_seen
}
mark_open() {
  see
  open_seen[$1]=$seen
}

# is_closed, is_open TASK: says what is different; status 1 then.
is_closed() {
  see
  [ "$seen" = "$closed_seen" ] || { differs "$closed_seen" "$seen" && return 1; }
  see_lvs
  [ "$lvs_seen" = "$closed_lvs" ] || { differs "$closed_lvs" "$lvs_seen" && return 1; }
}
is_open() {
  see
  [ "$seen" = "${open_seen[$1]}" ] || { differs "${open_seen[$1]}" "$seen" && return 1; }
}
differs() {
  echo 'the machine is not as it should be:'
  diff <(echo "$1") <(echo "$2") | grep '^[<>]'
  return 0
}

# by_force: whatever a point that failed has left is removed without any proof.
by_force() {
  local pid loop
  for pid in /proc/[0-9]*; do
    [[ -r $pid/environ ]] && grep -qs '^HOLDSTILL_TASK=' -z "$pid/environ" && kill -9 "${pid#/proc/}"
  done
  findmnt --raw --noheadings -o TARGET | grep -e '^/run/holdstill/' -e '^/var/lib/holdstill' | tac | xargs -r -n 1 umount
  for loop in $(losetup --noheadings -O NAME,BACK-FILE | grep 'hs\.' | cut -d ' ' -f 1); do losetup -d "$loop"; done
  dmsetup info --columns --noheadings -o name,uuid | grep ':LVM-holdstill' | sort -r | cut -d : -f 1 | xargs -r -n 1 dmsetup remove
  for loop in $(losetup --noheadings -O NAME,BACK-FILE | grep 'hs\.' | cut -d ' ' -f 1); do losetup -d "$loop"; done
  lvremove -qq -y -S 'lv_tags=holdstill'
  btrfs -q subvolume delete /srv/*/.hs.*/* /srv/*/*/.hs.*/*
  rmdir /srv/*/.hs.* /srv/*/*/.hs.*
  rm -f /srv/*/.hs.*
  rm -rf /run/holdstill/* /var/lib/holdstill/*
} >/dev/null 2>&1

# origins: a checksum of each origin that is named, and what e2fsck says of its file systems; nothing of it may ever change.
origins() {
  local device start size loop
  cksum "$@"
  for device; do
    partx --raw --noheadings --bytes -o START,SIZE "$device" 2>/dev/null >/run/sabotage/table || echo 0 0 >/run/sabotage/table
    while read -r start size; do
      loop=$(losetup --find --show --read-only --offset $((start * 512)) --sizelimit "$size" "$device")
      e2fsck -fn "$loop" >/run/sabotage/fsck 2>&1 && echo "$device, $start: clean" || cat /run/sabotage/fsck
      losetup -d "$loop"
    done </run/sabotage/table
  done
}
