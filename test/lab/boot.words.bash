# Words for what makes machines for an emulator from unpacked Debian packages in $tree, with files for a while in $out: test/xen/build.bash, test/kvm/build.bash.
# shellcheck disable=SC2154 # tree, out, modules, version: of the script
libraries=$tree/usr/lib/x86_64-linux-gnu

# tool NAME FILE ARGUMENT...: a program of the tree, with the libraries of the tree.
tool() {
  local name=$1 file=$2
  shift 2
  "$tree/lib64/ld-linux-x86-64.so.2" --argv0 "$name" --library-path "$libraries" "$tree/$file" "$@"
}
busybox() { "$tree/bin/busybox" "$@"; }

# vmlinux BZIMAGE OUT: the ELF kernel that is packed in it. Neither BIOS nor Xen has to unpack it then, which takes long in an emulator.
vmlinux() {
  local with magic at
  while read -r with magic; do
    while IFS=: read -r at _; do
      # What comes after the packed kernel is none of that, and it says so.
      tail -c "+$((at + 1))" "$1" | tool "$with" "usr/bin/$with" -dc 2>/dev/null >"$2" || :
      [ "$(head -c 4 "$2")" != $'\x7fELF' ] || return 0
    done < <(LC_ALL=C grep -abPo "$magic" "$1")
  done <<'MAGIC'
xz \xfd7zXZ\x00
lz4 \x02\x21\x4c\x18
MAGIC
  echo "$0: no kernel in $1" >&2
  return 1
}

# initrd OUT INIT TREE MODULE...: busybox, these modules of $modules for kernel $version in the order in which they are loaded, and what is in that tree
# (it goes away).
initrd() {
  local to=$1 init=$2 root=$3 module what file
  shift 3
  mkdir -p "$root"/{bin,dev,proc,sys,modules}
  cp "$tree/bin/busybox" "$root/bin/"
  while read -r file; do [ -e "$root/bin/$file" ] || ln -s busybox "$root/bin/$file"; done < <("$root/bin/busybox" --list)
  for module; do tool modprobe usr/bin/kmod -d "$modules" -S "$version" --show-depends "$module"; done |
    while read -r what file _; do
      [ "$what" = insmod ] || continue
      [ -e "$root/modules/${file##*/}" ] || echo "${file##*/}" >>"$root/modules/list"
      cp "$file" "$root/modules/"
    done
  install -m 755 "$init" "$root/init"
  (cd "$root" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$to"
  rm -rf "$root"
}
