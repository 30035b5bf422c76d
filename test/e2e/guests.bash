# Guests of a real libvirt by name, all off: which of their disks are saved, where are they shown, and what is said of the others?
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/lab/guest/libvirt.bash"

configure <<'Y'
tasks:
  kvmserv: {vm: kvmserv, size: 4M}
  again: {vm: {name: kvmserv, hypervisor: libvirt, uri: 'qemu:///system', disks: [vdb, vdc], exclude: [vdc]}, size: 4M}
  web: {each: {vm: 'web-*', exclude: [web-test]}, size: 4M}
  mixed: {vm: mixed, size: 4M}
  strict: {vm: mixed, size: 4M, skip: error}
  volume: {vm: volume}
  near: {vm: kvmsrev}
  nothing: {each: {vm: 'db-*'}}
  target: {vm: {name: kvmserv, disks: [sda]}}
  xen: {vm: {name: kvmserv, hypervisor: xen}}
  odd: {vm: "name with space & 'q' ü", size: 4M}
  dash: {vm: '-dash'}
  digits: {vm: '7'}
  empty: {vm: empty}
Y

# A file system in a file, the third kind of storage beside thick and thin LVs.
truncate -s 16M /srv/images/kvmserv.raw
mkfs.ext4 -q -F /srv/images/kvmserv.raw
mkdir -p /run/file
mount /srv/images/kvmserv.raw /run/file
echo 'in a file' >/run/file/name
umount /run/file

# libvirt is installed and does not run; then it does.
call stopped "$PRE" kvmserv
call stopped-plan "$HOLDSTILL" plan kvmserv
libvirt_up || die 'libvirt does not start'

cdrom="<disk type='file' device='cdrom'><source file='/srv/images/boot.iso'/><target dev='hda' bus='ide'/><readonly/></disk>"
drive="<disk type='file' device='cdrom'><target dev='hdb' bus='ide'/><readonly/></disk>"
qcow2="<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/srv/images/top.qcow2'/><target dev='vdb' bus='virtio'/></disk>"
rbd="<disk type='network' device='disk'><driver name='qemu' type='raw'/><source protocol='rbd' name='pool/image'><host name='mon1' port='6789'/></source><target dev='vdc' bus='virtio'/></disk>"
lines="<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/srv/images/kvm&#10;serv.raw'/><target dev='vdd' bus='virtio'/></disk>"
pool="<disk type='volume' device='disk'><driver name='qemu' type='raw'/><source pool='the pool' volume='-v.raw'/><target dev='vda' bus='virtio'/></disk>"
touch '/srv/images/kvm serv.raw'
guest_of kvmserv vda=/dev/vg0/kvm1 vdb=/dev/vg0/kvm2 vdc=/dev/vg0/kvm3 vdd=/srv/images/kvmserv.raw "$cdrom" "$drive"
guest_of web-1 vda=/dev/vg0/web1
guest_of web-2 vda=/dev/mapper/vg0-web2
guest_of web-test vda=/dev/vg0/kvm2
guest_of mixed vda=/dev/vg0/kvm2 "$qcow2" "$rbd" "$lines" vde=/dev/vg0/gone vdf=/dev/vg0/kvm2 vdg=/run/on-tmpfs.raw
truncate -s 1M /run/on-tmpfs.raw
guest_of "name with space &amp; 'q' ü" vda=/dev/vg0/kvm2
guest_of -dash vda=/dev/vg0/web1
guest_of 7 vda=/dev/vg0/web2
guest_of empty "$cdrom"
mkdir -p '/srv/images/a pool'
cp /srv/images/kvmserv.raw '/srv/images/a pool/-v.raw'
virsh --quiet pool-define-as 'the pool' dir --target '/srv/images/a pool'
guest_of volume "$pool"
mark

# Off: disks on three kinds of storage, in one task.
call plan "$HOLDSTILL" plan kvmserv
call pre "$PRE" kvmserv
check_static /run/holdstill/kvmserv/vda/p1 kvm1/p1
check_static /run/holdstill/kvmserv/vdb kvm2
check_static /run/holdstill/kvmserv/vdc kvm3
cat /run/holdstill/kvmserv/vdd/name
ls /run/holdstill/kvmserv
call post "$POST" kvmserv
same off

# Chosen disks, several guests, and disks that cannot be saved.
call again "$PRE" again
ls /run/holdstill/again
call again-post "$POST" again
call web "$PRE" web
check_static /run/holdstill/web/web-1/vda web1
check_static /run/holdstill/web/web-2/vda web2
ls /run/holdstill/web
call web-post "$POST" web
call mixed "$PRE" mixed
call mixed-post "$POST" mixed
call strict "$PRE" strict
call empty "$PRE" empty
same mixed

# A volume of a pool that is not active, and of one that is.
call pool-off "$HOLDSTILL" plan volume
virsh --quiet pool-start 'the pool'
call pool-on "$HOLDSTILL" plan volume

# Names.
call near "$PRE" near
call nothing "$PRE" nothing
call target "$PRE" target
call xen "$PRE" xen
call odd "$PRE" odd
call odd-post "$POST" odd
call dash "$HOLDSTILL" plan dash
call digits "$HOLDSTILL" plan digits
same names
