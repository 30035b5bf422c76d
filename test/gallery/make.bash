# Makes the disks of the gallery. What is mounted later has a file `name` with its id and noise, whose sum is in $LAB/sums.
mkdir -p /run/gallery /run/guest "$LAB/sums"
say() { echo "gallery: $*" >&2; }

# piece DEVICE START SIZE (MiB) SECTOR (bytes): a loop device over it, in $at.
piece() {
  at=$(losetup --find --show --sector-size "$4" --offset "$(($2 << 20))" --sizelimit "$(($3 << 20))" "$1") || die "no piece of $1"
}
drop() { losetup -d "$1"; }

# table DEVICE mbr|mbr4k|gpt|gpt4k|hybrid: by sfdisk's words on standard input.
table() {
  local on=$1 label=$2
  [[ $label != *4k ]] || on=$(losetup --find --show --sector-size 4096 "$1")
  {
    if [[ $label = mbr* ]]; then echo 'label: dos'; else echo 'label: gpt'; fi
    cat
  } | sfdisk --quiet --no-reread --no-tell-kernel --wipe never "$on" >/run/gallery/log 2>&1 || die "$1: $(</run/gallery/log)"
  [ "$on" = "$1" ] || drop "$on"
  [ "$label" != hybrid ] || sgdisk --hybrid 1:2 "$1" >/run/gallery/log || die "$1: $(</run/gallery/log)"
}

content() {
  echo "this is $2" >"$1/name"
  dd if=/dev/urandom of="$1/noise" bs=1k count=200 status=none
  mkdir -p "$(dirname "$LAB/sums/$2")" && (cd "$1" && sha256sum name noise) >"$LAB/sums/$2"
}

# encrypt DEVICE VERSION: opened as /dev/mapper/gallery, by the key in /run/gallery/key.
encrypt() {
  echo -n 'a long word' >/run/gallery/key
  cryptsetup luksFormat --batch-mode --type "luks$2" --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /run/gallery/key "$1" ||
    die "$1: not encrypted"
  cryptsetup open --key-file /run/gallery/key "$1" gallery || die "$1: not opened"
}

# assemble LEVEL VERSION DEVICE...: as /dev/md9.
assemble() {
  local level=$1 version=$2 bitmap=--bitmap=none
  shift 2
  [[ $level != 0 && $level != linear ]] || bitmap=
  mdadm --quiet --create /dev/md9 --run --assume-clean --level="$level" --metadata="$version" $bitmap \
    --raid-devices=$# --force "$@" </dev/null || die "no RAID of $*"
}

# leaf DEVICE TYPE ID [ALSO]: makes what is not looked into any further: a file system, swap, RAID of another guest. ALSO: a
# signature to write beside it.
leaf() {
  local whole=$1
  # What DRBD shows ends before its own data.
  if [ "${4-}" = drbd ]; then
    piece "$1" 0 $(($(blockdev --getsize64 "$1") / 1048576 - 1)) 512
    set -- "$at" "${@:2}"
  fi
  only "$@"
  [ "$1" = "$whole" ] || drop "$1"
  [ -z "${4-}" ] || perl "$REPO/test/gallery/signature.pl" "$4" "$whole" || die "$3: no $4"
}

# only DEVICE TYPE ID: the same without a signature.
only() {
  case $2 in
    empty) return ;;
    random | bios | msr | prep | wiped)
      dd if=/dev/urandom of="$1" bs=64k count=4 status=none
      return
      ;;
    swap) world_mkfs swap "$1" ;;
    luks) echo secret | cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "$1" - ;;
    md) mdadm --create /dev/md9 --run --metadata=1.2 --level=1 --raid-devices=2 "$1" missing && mdadm --stop /dev/md9 ;;
    bcache) make-bcache -B "$1" ;;
    jbd) mke2fs -q -F -O journal_dev "$1" ;;
    ldm) mkfs.ext2 -q -F "$1" ;; # at the start of it, as a volume of Windows may be
    xfslog)
      truncate -s 64M /run/gallery/xfslog &&
        mkfs.xfs -q -f --unsupported -l logdev=/run/gallery/xfslog "$1" &&
        rm /run/gallery/xfslog
      ;;
    zfs) perl "$REPO/test/gallery/signature.pl" zfs "$1" ;;
    bitlocker) perl "$REPO/test/gallery/signature.pl" bitlocker "$1" ;;
    iso9660)
      mkdir /run/gallery/tree &&
        content /run/gallery/tree "$3" &&
        genisoimage -quiet -R -o "$1" /run/gallery/tree &&
        rm -r /run/gallery/tree
      ;;
    squashfs | erofs) finished "$@" ;;
    *) file_system "$1" "$2" "$3" ;;
  esac >/run/gallery/log 2>&1 || die "$3, $2: $(</run/gallery/log)"
}

# A file system that is read-only, as its tool made it: squashfs-4.5.1.img.gz.
finished() {
  zcat "$REPO"/test/fixtures/"$2"-*.img.gz >"$1" && mkdir -p /run/gallery/there &&
    mount -t "$2" -o ro "$1" /run/gallery/there && mkdir -p "$(dirname "$LAB/sums/$3")" &&
    (cd /run/gallery/there && sha256sum name noise) >"$LAB/sums/$3" && umount /run/gallery/there
}

file_system() {
  case $2 in
    f2fs) zcat "$REPO"/test/fixtures/f2fs-*.img.gz.gz | zcat >"$1" ;;
    ocfs2) mkfs.ocfs2 -q -x -M local -N 1 -L ocfs "$1" ;;
    udf) mkudffs --media-type=hd "$1" ;;
    *) world_mkfs "$2" "$1" ;;
  esac && mkdir -p /run/gallery/there && world_mount "$2" "$1" /run/gallery/there &&
    content /run/gallery/there "$3" && umount /run/gallery/there
}

# guest_lvm DEVICE COMMAND...: LVM as the guest calls it.
guest_lvm() {
  local device=$1 command=$2
  shift 2
  lvm "$command" -qq --yes --config "devices { dir=\"/run/guest/\" scan_lvs=1 filter=[\"a|^$device\$|\",\"r|.*|\"] }" "$@" >/run/gallery/log 2>&1 ||
    die "$device, $command $*: $(</run/gallery/log)"
}
