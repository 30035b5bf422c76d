# Guests that are off, with disks in QEMU's own format: shown by QEMU's own tool with the layers below them, or refused.
. "$REPO/test/lab/guest/break.bash"
. "$REPO/test/lab/guest/libvirt.bash"
. "$REPO/test/lab/guest/qcow2.bash"

configure <<'Y'
tasks:
  off: {vm: off}
  hostile: {vm: off, trust: hostile}
  bad: {vm: bad}
  strict: {vm: bad, skip: error}
Y
modprobe fuse
cd /srv/images || exit
chain_of_images
qemu-img snapshot -c inside plain.qcow2

# What nobody may show: whatever a guest's owner wrote into his image.
echo 'the secret of the host' >/run/secret
truncate -s 1M /run/secret
hostile() { qemu-img create -q -f qcow2 -u -F "$2" -b "$3" "$1.qcow2" 24M; }
hostile shadow raw /run/secret
hostile else qcow2 /srv/images/plain.qcow2
hostile json qcow2 'json:{"driver":"raw","file":{"driver":"file","filename":"/run/secret"}}'
hostile nbd raw nbd://127.0.0.1:10809
qemu-img create -q -f qcow2 -o data_file=/run/outside,data_file_raw=on outside.qcow2 1M
# By hand: how long it takes to make a key can't be measured in every lab.
cp plain.qcow2 luks.qcow2
printf '\x02' | dd of=luks.qcow2 bs=1 seek=35 conv=notrunc status=none
cp plain.qcow2 corrupt.qcow2
printf '\x02' | dd of=corrupt.qcow2 bs=1 seek=79 conv=notrunc status=none
qemu-img create -q -f qcow2 /run/elsewhere.qcow2 1M
cp raw not.qcow2

libvirt_up || die 'libvirt does not start'
base=$(below qcow2 /srv/images/base.qcow2)
guest_of off "$(qcow2_of vda /srv/images/plain.qcow2)" "$(qcow2_of vdb /srv/images/top.qcow2 "$(below qcow2 /srv/images/mid.qcow2 "$base")")"
guest_of bad vda=/srv/images/raw "$(qcow2_of vdb /srv/images/top.qcow2)" "$(qcow2_of vdc /srv/images/shadow.qcow2)" \
  "$(qcow2_of vdd /srv/images/else.qcow2 "$base")" "$(qcow2_of vde /srv/images/json.qcow2)" \
  "$(qcow2_of vdf /srv/images/nbd.qcow2)" "$(qcow2_of vdg /srv/images/outside.qcow2)" "$(qcow2_of vdh /srv/images/luks.qcow2)" \
  "$(qcow2_of vdi /srv/images/corrupt.qcow2)" "$(qcow2_of vdj /run/elsewhere.qcow2)" "$(qcow2_of vdk /srv/images/not.qcow2)" \
  "$(qcow2_of vdl /srv/images/plain.qcow2 "$base")" "$(qcow2_of vdm /srv/images/gone.qcow2)"
mark

# One alone, and one on two others.
call plan "$HOLDSTILL" plan off
showers
call off "$PRE" off
cat /run/holdstill/off/vda/name /run/holdstill/off/vdb/name /run/holdstill/off/vdb/middle
call status "$HOLDSTILL" status off
call off-post "$POST" off
showers
same off
call hostile "$PRE" hostile
[ "$(readlink "/proc/$(pgrep -o -f type=fuse)/ns/net")" = "$(readlink /proc/self/ns/net)" ] || echo 'it has no network'
call hostile-post "$POST" hostile
same hostile

# Other things in their places.
call strict "$PRE" strict
same bad

# Somebody reads; when he has done so, the task is closed.
"$PRE" off >/dev/null
point=$(echo /run/holdstill/.image.*.0)
loop=$(losetup -r -f --show "$point")
call reader "$POST" off
losetup -d "$loop"
call reader-gone "$HOLDSTILL" recover off
showers

# The journal is lost.
"$PRE" off >/dev/null
mv /var/lib/holdstill/off.journal /run/lost
call stray "$HOLDSTILL" status
mv /run/lost /var/lib/holdstill/off.journal
# Somebody writes to a layer that lies below.
touch base.qcow2
call below "$POST" off
showers
same below

# One that was not built with FUSE, and none.
mkdir /run/away
mv /usr/bin/qemu-storage-daemon /run/away
executable /usr/bin/qemu-storage-daemon <<'S'
#!/bin/sh
/run/away/qemu-storage-daemon "$@" | sed s/fuse/nbd/
S
call no-fuse "$PRE" off
# One that has more open than it was told to.
executable /usr/bin/qemu-storage-daemon <<'S'
#!/bin/sh
[ "$1" = --help ] && exec /run/away/qemu-storage-daemon "$@"
exec /run/away/qemu-storage-daemon --blockdev node-name=more,driver=file,filename=/run/secret,read-only=on "$@"
S
call more "$PRE" off
rm /usr/bin/qemu-storage-daemon
call without "$PRE" off
same without
