# A guest that runs with disks in QEMU's own format: what it wrote last is in QEMU's memory, until it is paused.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/lab/guest/libvirt.bash"
. "$REPO/test/lab/guest/qcow2.bash"

configure <<'Y'
tasks:
  running: {vm: running, quiesce: pause}
Y
modprobe fuse
cd /srv/images || exit
chain_of_images
qemu-img create -q -f qcow2 empty.qcow2 24M
mkdir /run/tree
echo 'from within' >/run/tree/name
truncate -s 8M /run/new.raw
mkfs.ext4 -q -F -d /run/tree /run/new.raw
libvirt_up || die 'libvirt does not start'
# An IDE disk, whose cache is on whether or not the guest has a driver for it.
ide=$(qcow2_of hda /srv/images/empty.qcow2)
guest_of running "${ide/virtio/ide}" "$(qcow2_of vdb /srv/images/top.qcow2)"
mark

virsh --quiet start running
# By the guest's own device, as the guest would. QEMU keeps what tells where it wrote that.
virsh --quiet qemu-monitor-command running --hmp 'qemu-io -d ide0-0-0 "write -s /run/new.raw 0 8M"' | head -1
cp --reflink=always empty.qcow2 early.qcow2
qemu-img map --output=json early.qcow2 | grep '"data": true' || echo 'nothing of it is in the file'
rm early.qcow2
call running "$PRE" running
cat /run/holdstill/running/hda/name /run/holdstill/running/vdb/name
virsh domstate running
# What shows an image ends while the task is open.
pkill -9 -f 'type=fuse,id=hs\.[0-9a-f]*\.0,'
call killed-status "$HOLDSTILL" status running
call killed "$POST" running
showers
virsh --quiet destroy running
same killed
