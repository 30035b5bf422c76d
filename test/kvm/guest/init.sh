#!/bin/sh
# The only program of the guest: two disks, a writer over both, and an agent, whose behaviour can be changed while it runs (../words.bash).
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
while read -r module; do insmod "/modules/$module" 2>/dev/null; done </modules/list
n=0
while [ ! -b /dev/vdb ] && [ $n -lt 50 ]; do
  sleep 0.1
  n=$((n + 1))
done
mount -t ext4 /dev/vda1 /data && mount -t ext4 /dev/vdb /journal || echo 'guest: a disk is not there'
# What udev does elsewhere: the port of the agent by its name.
mkdir -p /dev/virtio-ports
for port in /sys/class/virtio-ports/*; do
  read -r name <"$port/name" && ln -sf "../${port##*/}" "/dev/virtio-ports/$name"
done
qemu-ga -d -m virtio-serial -p /dev/virtio-ports/org.qemu.guest_agent.0 -t /run -f /run/agent.pid -F/bin/freeze-hook.sh
perl /bin/writer.pl /data /journal 60 &
while :; do sleep 100000; done
