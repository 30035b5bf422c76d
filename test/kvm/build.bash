#!/bin/bash
# build.bash TREE OUT: from unpacked Debian packages, what QEMU boots as a guest: OUT/guest.elf and guest.initrd (see bed.ts). Needs no root and
# nothing of the host but bash, coreutils, grep and gzip.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) tree=$1 out=$2
# shellcheck source=test/lab/boot.words.bash
. "$here/../lab/boot.words.bash"

kernel=$(echo "$tree"/boot/vmlinuz-*-cloud-amd64)
version=${kernel##*/vmlinuz-}
vmlinux "$kernel" "$out/guest.elf"

modules=$out/modules
mkdir -p "$modules/lib/modules"
cp -a "$tree/lib/modules/$version" "$modules/lib/modules/"
tool depmod usr/bin/kmod -b "$modules" "$version"

# program FILE: it and its libraries, for the guest.
root=$out/root
program() {
  local library
  install -D -m 755 "$tree/$1" "$root/bin/${1##*/}"
  while read -r library; do
    cp -L "$library" "$root/usr/lib/x86_64-linux-gnu/"
  done < <("$tree/lib64/ld-linux-x86-64.so.2" --library-path "$libraries" --list "$tree/$1" | grep -o '/[^ ]*')
}
mkdir -p "$root"/{run,tmp,etc,data,journal,lib64,usr/lib/x86_64-linux-gnu}
ln -s run "$root/var"
cp -L "$libraries/ld-linux-x86-64.so.2" "$root/lib64/"
program usr/bin/perl
program usr/sbin/qemu-ga
install -m 755 "$here/guest/freeze-hook.sh" "$here/guest/writer.pl" "$root/bin/"
initrd "$out/guest.initrd" "$here/guest/init.sh" "$root" virtio_pci virtio_blk virtio_console ext4
rm -rf "$modules"
