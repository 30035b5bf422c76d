# For scripts in a guest that has the extra packages `libvirt`: disks of guests in QEMU's own format.

# within IMAGE COMMAND...: runs a command with the file system of a qcow2 image, which nobody has open, mounted at /run/inside.
within() {
  local image=$1 pid
  shift
  mkdir -p /run/inside
  touch /run/raw
  qemu-storage-daemon --blockdev node-name=f,driver=file,filename="$image" --blockdev node-name=q,driver=qcow2,file=f \
    --export type=fuse,id=e,node-name=q,mountpoint=/run/raw,writable=on --pidfile /run/raw.pid --daemonize || return
  pid=$(</run/raw.pid)
  mount /run/raw /run/inside && "$@"
  umount /run/inside
  kill "$pid"
  until_true 30 not_there "/proc/$pid"
}

# qcow2_of TARGET PATH [BELOW]: the element of a disk; BELOW is its `<backingStore>`.
qcow2_of() {
  printf '%s' "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='$2'/>${3-}<target dev='$1' bus='virtio'/></disk>"
}

# below FORMAT PATH [BELOW]: what lies below a disk.
below() {
  printf '%s' "<backingStore type='file'><format type='$1'/><source file='$2'/>${3-<backingStore/>}</backingStore>"
}

# showers: the processes that show images, of whomever; nothing if there are none.
showers() { pgrep -l -f 'type=fuse,id=hs' | grep -v pgrep; }

# chain_of_images: in the directory where we are plain.qcow2, and top.qcow2 on mid.qcow2 on base.qcow2, each with a file `name`. The
# base is compressed, as images are that one downloads, and the layers name each other as they like.
chain_of_images() {
  truncate -s 24M raw
  mkfs.ext4 -q -F raw
  qemu-img convert -O qcow2 raw plain.qcow2
  within "$PWD/plain.qcow2" bash -c 'echo plain >/run/inside/name'
  qemu-img convert -c -O qcow2 plain.qcow2 base.qcow2
  qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 mid.qcow2
  within "$PWD/mid.qcow2" bash -c 'echo middle >/run/inside/middle'
  qemu-img create -q -f qcow2 -b "$PWD/../images/mid.qcow2" -F qcow2 -o lazy_refcounts=on top.qcow2
  within "$PWD/top.qcow2" bash -c 'echo top >/run/inside/name'
}
