# For the scripts of nested.test.ts: guests whose disks hold LVM.
. "$REPO/test/lab/guest/break.bash"
mkdir -p /run/guest

# guest_lvm DEVICES WORDS...: LVM as the guest would call it, on disks of the host; nothing else is seen by it.
guest_lvm() {
  local filter='' device devices=$1 command=$2
  shift 2
  for device in $devices; do filter+="\"a|^$device\$|\","; done
  lvm "$command" -qq --yes --config "devices { dir=\"/run/guest/\" scan_lvs=1 filter=[$filter\"r|.*|\"] }" "$@" 2>&1 |
    grep -v -e WARNING -e created -e ' renamed '
}

# fill NAME DEVICE: a file system with files of its own.
fill() {
  mkfs.ext4 -q "$2" && mkdir -p /run/fill && mount "$2" /run/fill || die "$2"
  echo "this is $1" >/run/fill/name
  dd if=/dev/urandom of=/run/fill/noise bs=4k count=100 status=none
  (cd /run/fill && sha256sum noise) >"/run/sum.$1"
  umount /run/fill
}

# check NAME DIRECTORY: says whose files are there; more, if they are not whole.
check() {
  cat "$2/name"
  (cd "$2" && sha256sum --quiet -c "/run/sum.$1")
}

# as_by_default: the host's LVM looks at everything.
as_by_default() { sed -i 's/filter=.*$/}/' /etc/lvm/lvm.conf; }
