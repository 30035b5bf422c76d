# Guests of a real libvirt that run, are saved, renamed or removed, and a libvirt that goes away: what do the hooks do?
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/lab/guest/libvirt.bash"

configure <<'Y'
tasks:
  kvmserv: {vm: kvmserv, size: 4M}
  web: {each: {vm: 'web-*'}, size: 4M}
  rest: {vm: kvmserv, size: 4M, quiesce: pause}
  uri: {vm: {name: kvmserv, uri: 'qemu:///system'}, size: 4M}
Y
libvirt_up || die 'libvirt does not start'
guest_of kvmserv vda=/dev/vg0/kvm1 vdb=/dev/vg0/kvm2
guest_of web-1 vda=/dev/vg0/web1
guest_of web-2 vda=/dev/vg0/web2
mark

# Renamed, and removed, while it is open.
$PRE kvmserv >/dev/null
virsh --quiet domrename kvmserv other
call renamed "$POST" kvmserv
call renamed-pre "$PRE" kvmserv
virsh --quiet domrename other kvmserv
$PRE web >/dev/null
virsh --quiet undefine web-1
call removed "$POST" web
same removed

# It runs, with its volumes in use. A disk that only its definition has since is not there yet.
virsh --quiet start kvmserv
virsh --quiet attach-disk kvmserv /dev/vg0/web1 vde --config
call running "$PRE" kvmserv
lvs --noheadings -o lv_name,lv_device_open vg0/kvm1 | tr -s ' '
ls /run/holdstill/kvmserv
check_static /run/holdstill/kvmserv/vdb kvm2
virsh domstate kvmserv
# libvirt goes away while it is open.
libvirt_down
call down-post "$POST" kvmserv
call down "$PRE" kvmserv
libvirt_up
virsh --quiet suspend kvmserv
call paused "$HOLDSTILL" plan kvmserv
virsh domstate kvmserv

# Its memory in a file: the disks that it goes on with.
virsh --quiet managedsave kvmserv
call saved "$HOLDSTILL" plan kvmserv
virsh --quiet managedsave-remove kvmserv

# Off, it has the disk that was added.
call added "$PRE" kvmserv
ls /run/holdstill/kvmserv
call added-post "$POST" kvmserv
same added

# Off, and not shut down: there is nothing to bring to rest, but its file systems were not written out.
virsh --quiet start kvmserv
virsh --quiet destroy kvmserv
call destroyed "$PRE" rest
call destroyed-post "$POST" rest
same destroyed

# A host with virsh and no libvirt, and one that has it the other way round.
libvirt_down
mkdir /run/away
mv /usr/sbin/libvirtd /run/away
call client "$PRE" kvmserv
call client-uri "$PRE" uri
mv /run/away/libvirtd /usr/sbin
mv /usr/bin/virsh /run/away
call no-virsh "$PRE" kvmserv
mv /usr/sbin/libvirtd /run/away
call neither "$PRE" kvmserv
same hosts
