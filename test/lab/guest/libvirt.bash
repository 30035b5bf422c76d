# For scripts in a guest that has the extra packages `libvirt`: a real libvirtd with QEMU, as on a host with virtual machines.

# libvirt_up: it answers when this returns. The packages are unpacked and not configured, so their users are made here; QEMU may
# do without what User-Mode Linux or a chroot lacks.
libvirt_up() {
  grep -q '^libvirt-qemu:' /etc/passwd || {
    echo 'libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin' >>/etc/passwd
    printf '%s\n' 'kvm:x:64056:' 'libvirt-qemu:x:64055:' >>/etc/group
  }
  mkdir -p /etc/libvirt /var/cache/libvirt/qemu /var/lib/libvirt /var/log/libvirt/qemu /run/libvirt
  cat >/etc/libvirt/qemu.conf <<'C'
user = "root"
group = "root"
security_driver = "none"
cgroup_controllers = [ ]
namespaces = [ ]
stdio_handler = "file"
remember_owner = 0
dynamic_ownership = 0
seccomp_sandbox = 0
C
  printf '%s\n' 'auth_unix_ro = "none"' 'auth_unix_rw = "none"' >/etc/libvirt/libvirtd.conf
  # Networks are not needed, and slow to start.
  rm -f /usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_{network,nwfilter,interface,nodedev}.so
  libvirtd --daemon --config /etc/libvirt/libvirtd.conf --pid-file /run/libvirtd.pid || return
  until_true 60 virsh --quiet uri >/dev/null
}

# libvirt_down: as systemctl stop libvirtd would.
libvirt_down() {
  local pid
  pid=$(</run/libvirtd.pid)
  kill "$pid" && until_true 30 not_there "/proc/$pid"
}

# guest_of NAME DISK...: defines a guest that is off. DISK: TARGET=PATH of a device or raw file, or an element `<disk...>`.
guest_of() {
  local name=$1 disk disks=
  shift
  for disk; do
    case $disk in
      '<'*) disks+=$disk ;;
      *=/dev/*) disks+="<disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='${disk#*=}'/><target dev='${disk%%=*}' bus='virtio'/></disk>" ;;
      *) disks+="<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${disk#*=}'/><target dev='${disk%%=*}' bus='virtio'/></disk>" ;;
    esac
  done
  cat >/run/guest.xml <<X
<domain type='qemu'>
  <name>$name</name>
  <metadata><m:x xmlns:m='urn:m'><disk type='block' device='disk'><source dev='/dev/null'/><target dev='vdm'/></disk></m:x></metadata>
  <memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices>$disks<memballoon model='none'/></devices>
</domain>
X
  virsh --quiet define /run/guest.xml
}
