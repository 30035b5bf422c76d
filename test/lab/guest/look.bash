# For scripts in the guest: look at a world and its writers.

# written ID: the numbers of the files that are safe on that file system now, so that any later snapshot must have them.
written() {
  perl "$REPO/test/lab/guest/content.pl" due "$LAB/written/$1"
}

# check_written DIRECTORY DUE-FILE [DUE-FILE-LATER]: does this copy have what `written` said before (and nothing from after)?
check_written() {
  perl "$REPO/test/lab/guest/content.pl" check "$@"
}

# check_static DIRECTORY ID: is the small tree of that file system there, to the bit?
check_static() {
  local sum
  sum=$(realpath "$LAB/static/$2.sha256")
  (
    cd "$1" && sha256sum --quiet --check "$sum" && [ "$(<hello.txt)" = 'hello from the guest' ] && [ "$(<'Grüße ☃.txt')" = snow ] || exit
    [ ! -e setuid ] || [ -u setuid ] || exit
    [ ! -L link ] || [ "$(readlink link)" = hello.txt ]
  ) && echo "static tree of $2 is whole"
}

# stop_writers [ID...]: all of them if none is named. What they wrote stays mounted below /guest.
stop_writers() {
  local id pid
  # shellcheck disable=SC2046 # their names have no blanks
  [ $# -gt 0 ] || set -- $(cd /run/world/writers && ls)
  for id; do
    pid=$(<"/run/world/writers/${id//\//:}") && kill -9 "$pid" && rm "/run/world/writers/${id//\//:}"
    until_true 10 not_there "/proc/$pid"
  done
}

not_there() { [ ! -e "$1" ]; }

# beside: the snapshots that lie beside their origins, or in them.
beside() { printf '%s\n' /srv/.hs.* /srv/*/.hs.* /srv/*/*/.hs.* /srv/*/*/*/.hs.*; }

# picture: the machine as far as a snapshot can change it, the same text for the same state. As few processes as can be.
picture() {
  local directory directories=()
  echo '== volume groups'
  printf '%s\n' 'lvs --all --noheadings --separator " | " -o vg_name,lv_name,lv_attr,lv_size,origin,pool_lv,lv_tags' \
    'vgs --noheadings --separator " | " -o vg_name,vg_free,vg_tags' | lvm 2>&1 | sort
  echo '== mounts'
  findmnt --raw --noheadings -o TARGET,SOURCE,FSTYPE,OPTIONS | grep -v -e '^/\.lab ' -e '^/lab ' | sort
  echo '== loop devices'
  losetup --list --noheadings --raw -O NAME,OFFSET,SIZELIMIT,RO,AUTOCLEAR,BACK-FILE | sort
  echo '== device mapper'
  dmsetup info --columns --noheadings -o name,suspended,readonly 2>&1 | sort
  echo '== beside their origins'
  beside
  echo '== directories'
  for directory in /run/holdstill /var/lib/holdstill /mnt; do
    [ ! -e "$directory" ] || directories+=("$directory")
  done
  [ ${#directories[@]} = 0 ] || find "${directories[@]}" -xdev -maxdepth 2 -printf '%M %p\n' | sort
}
