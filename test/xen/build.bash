#!/bin/bash
# build.bash TREE NODE OUT: from unpacked Debian packages, what QEMU boots: OUT/xen.elf, dom0.elf, dom0.initrd and root.img (see bed.ts).
# Needs no root and nothing of the host but bash, coreutils, tar and gzip.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) tree=$1 node=$2 out=$3
# shellcheck source=test/lab/boot.words.bash
. "$here/../lab/boot.words.bash"

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
mkdir -p "$out"/{stage1,domu}/{new,a,b}
initrd "$out/dom0.initrd" "$here/guest/stage1.sh" "$out/stage1" virtio_blk virtio_pci ext4
initrd "$out/guest.initrd" "$here/guest/domu.sh" "$out/domu" xen-blkfront ext4

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
