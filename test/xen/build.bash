#!/bin/bash
# build.bash TREE NODE OUT: from unpacked Debian packages, what QEMU boots: OUT/xen.elf, dom0.elf, dom0.initrd and root.img (see bed.ts).
# Needs no root and nothing of the host but bash, coreutils, tar and gzip.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) tree=$1 node=$2 out=$3
libraries=$tree/usr/lib/x86_64-linux-gnu

# tool NAME FILE ARGUMENT...: a program of the tree, with the libraries of the tree.
tool() {
  local name=$1 file=$2
  shift 2
  "$tree/lib64/ld-linux-x86-64.so.2" --argv0 "$name" --library-path "$libraries" "$tree/$file" "$@"
}
busybox() { "$tree/bin/busybox" "$@"; }

# vmlinux BZIMAGE: the ELF kernel that is packed in it. Neither BIOS nor Xen has to unpack it then, which takes long in an emulator.
vmlinux() {
  local at
  while IFS=: read -r at _; do
    # What comes after the packed kernel is no xz, and it says so.
    tail -c "+$((at + 1))" "$1" | tool xz usr/bin/xz -dc 2>/dev/null >"$2" || :
    [ "$(head -c 4 "$2")" != $'\x7fELF' ] || return 0
  done < <(LC_ALL=C grep -abo $'\xfd7zXZ' "$1")
  echo "build.bash: no kernel in $1" >&2
  return 1
}

# initrd OUT INIT MODULE...: busybox and these modules, in the order in which they are loaded.
initrd() {
  local to=$1 init=$2 root module file
  shift 2
  root=$(mktemp -d "$out/initrd.XXXX")
  mkdir -p "$root"/{bin,dev,proc,sys,new,a,b,modules}
  cp "$tree/bin/busybox" "$root/bin/"
  while read -r file; do [ -e "$root/bin/$file" ] || ln -s busybox "$root/bin/$file"; done < <("$root/bin/busybox" --list)
  for module; do tool modprobe usr/bin/kmod -d "$modules" -S "$version" --show-depends "$module"; done |
    while read -r _ file _; do
      [ -e "$root/modules/${file##*/}" ] || echo "${file##*/}" >>"$root/modules/list"
      cp "$file" "$root/modules/"
    done
  install -m 755 "$init" "$root/init"
  (cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$to"
  rm -rf "$root"
}

kernel=$(echo "$tree"/boot/vmlinuz-*-amd64)
version=${kernel##*/vmlinuz-}
gzip -dc "$tree/boot/xen-4.17-amd64.gz" >"$out/xen.elf"
vmlinux "$kernel" "$out/dom0.elf"

modules=$out/modules
mkdir -p "$modules/lib/modules/$version/kernel"
from=$tree/usr/lib/modules/$version
[ -d "$from" ] || from=$tree/lib/modules/$version
cp "$from"/modules.{order,builtin,builtin.modinfo} "$modules/lib/modules/$version/"
for part in drivers/{md,block,virtio,xen,dax} fs/{ext4,jbd2,mbcache.ko,9p,fscache,netfs,nls} net/9p lib crypto arch/x86/crypto; do
  [ ! -e "$from/kernel/$part" ] || (cd "$from/kernel" && cp -a --parents "$part" "$modules/lib/modules/$version/kernel/")
done
tool depmod usr/bin/kmod -b "$modules" "$version"
initrd "$out/dom0.initrd" "$here/guest/stage1.sh" virtio_blk virtio_pci ext4
initrd "$out/guest.initrd" "$here/guest/domu.sh" xen-blkfront ext4

root=$out/root
mkdir -p "$root"
tar -C "$tree" -c --exclude=./boot --exclude=./usr/lib/modules --exclude=./lib/modules --exclude='./usr/bin/qemu-*' \
  --exclude=./usr/share/{doc,man,locale,qemu,seabios,perl} --exclude=./usr/lib/x86_64-linux-gnu/{perl,perl-base,qemu,dri} . | tar -C "$root" -x
mkdir -p "$root"/{dev,proc,sys,run,tmp,root,host,mnt,boot,opt,etc/lvm,usr/lib/modules}
cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
ln -sf mawk "$root/usr/bin/awk"
ln -sfn /proc/mounts "$root/etc/mtab"
rm -rf "$root/var/run"
ln -s /run "$root/var/run"
cp "$node" "$root/usr/bin/node"
cp -a "$modules/lib/modules/$version" "$root/usr/lib/modules/"
cp "$out/dom0.elf" "$root/boot/guest.elf"
mv "$out/guest.initrd" "$root/boot/"
install -m 755 "$here/guest/dom0.bash" "$root/init"
install -m 755 "$here/guest/block.bash" "$root/etc/xen/scripts/block"
printf '%s\n' 'devices { obtain_device_list_from_udev=0 global_filter=["a|^/dev/vdb$|","r|.*|"] }' \
  'activation { udev_sync=0 udev_rules=0 monitoring=0 }' >"$root/etc/lvm/lvmlocal.conf"
truncate -s 2G "$out/root.img"
tool mke2fs usr/sbin/mke2fs -q -t ext4 -O ^has_journal -E root_owner=0:0 -d "$root" "$out/root.img"
rm -rf "$root" "$modules"
