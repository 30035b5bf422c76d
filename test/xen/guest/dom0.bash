#!/bin/bash
# First process of the control domain's root. /host is the run directory of bed.ts; /host/script runs when the guest `infra` counts.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs tmpfs /tmp
mkdir -p /run/lock /run/lvm /run/xen /run/xenstored /var/lib/xen/dump /var/log/xen/console /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs shm /dev/shm
ln -sf /proc/self/fd /dev/fd
hostname xenhost
ip link set lo up
modprobe -a 9p 9pnet_virtio dm-mod dm-snapshot loop xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xen-blkback xenfs
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 host /host
exec >>/host/boot 2>&1
stop() {
  [ "$1" != 125 ] || tail -n 5 /var/log/xen/*.log /var/log/xen/console/*
  echo "$1" >/host/status.new
  mv /host/status.new /host/status
  while :; do read -r -t 9 _ <>/dev/console; done
}

# Made by somebody else than root: its files are his.
[ "$(stat -c %u /usr/bin/node)" = 0 ] || chown -hR 0:0 /usr /etc /var /root /opt
cp -r /host/dist /opt/dist
chown -R 0:0 /opt/dist

mount -t xenfs xenfs /proc/xen
export PATH=/usr/lib/xen-4.17/bin:$PATH
xenstored --pid-file /run/xenstored.pid
for _ in 1 2 3 4 5 6 7 8 9; do [ -e /run/xenstored/socket ] || sleep 0.2; done
xen-init-dom0 && xenconsoled --pid-file=/run/xenconsoled.pid --log=guest --log-dir=/var/log/xen/console || stop 125
PATH=${PATH#*:}

# As in the first days of Xen: the first partition begins at byte 32256.
pvcreate -q /dev/vdb && vgcreate -q vg0 /dev/vdb && lvcreate -qq -y -L 64M -n domu-infra vg0 && lvcreate -qq -y -L 32M -n domu-infra-data vg0 || stop 125
printf 'label: dos\nunit: sectors\n\n63,100000,83\n101000,20000,5\n101063,10000,82\n' |
  sfdisk -q --force --no-reread --no-tell-kernel /dev/vg0/domu-infra || stop 125
part=$(losetup -f --show -o 32256 --sizelimit $((100000 * 512)) /dev/vg0/domu-infra) && mkfs.ext3 -q "$part" && losetup -d "$part" &&
  mkfs.ext4 -q /dev/vg0/domu-infra-data || stop 125
cat >/etc/xen/infra.cfg <<C
name = 'infra'
type = 'pv'
kernel = '/boot/guest.elf'
ramdisk = '/boot/guest.initrd'
extra = 'console=hvc0 quiet mitigations=off panic=1'
memory = 112
disk = ['phy:/dev/vg0/domu-infra,xvda,w', 'phy:/dev/vg0/domu-infra-data,xvdb,w']
C
xl create -q /etc/xen/infra.cfg || stop 125
# counted: how far the guest has come, by its console. Starts no process.
console=/var/log/xen/console/guest-infra.log
counted() {
  local line last=0
  while read -r line; do
    line=${line%$'\r'}
    [[ $line != 'guest: '[0-9]* ]] || last=${line#guest: }
  done <$console
  echo "$last"
}
# counts_on: waits until it has come further.
counts_on() {
  local from end=$((SECONDS + 400))
  from=$(counted)
  until [ "$(counted)" -gt "$from" ]; do
    [ $SECONDS -lt $end ] || return 1
    read -r -t 0.4 _ <>/dev/console
  done
  return 0
}
until [ -e $console ]; do read -r -t 0.4 _ <>/dev/console; done
counts_on || stop 125

: >/host/begun
cd /
# shellcheck source=/dev/null
(. /host/script) >>/host/stdout 2>>/host/stderr </dev/null
stop $?
