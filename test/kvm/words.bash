# For scripts in the lab on a host of virtual machines: a real libvirt and QEMU with a guest kvmserv that runs Linux, with an agent and a writer over both of its
# disks. $KVM is what bed.ts made. The world needs `vg vg-libvirt` with the volumes of $KVM_WORLD (bed.ts).
. "$REPO/test/lab/guest/libvirt.bash"

export LIBVIRT_DEFAULT_URI=qemu:///system
KVM_DISKS=(/dev/vg-libvirt/kvmserv-lvm-disk-1 /dev/vg-libvirt/kvmserv-lvm-disk-2)

# kvm_defined: libvirt runs, and knows the guest. Its kernel has a path of its own, for a saved guest holds it.
kvm_defined() {
  mkdir -p /run/kvm /var/cache/libvirt/qemu
  ln -sf "$KVM/guest.elf" "$KVM/guest.initrd" /run/kvm/
  # To ask QEMU what it can do takes ten seconds.
  [ ! -d "$KVM/capabilities" ] || cp -r "$KVM/capabilities" /var/cache/libvirt/qemu/
  libvirt_up || die 'libvirt does not start'
  cat >/run/kvm/kvmserv.xml <<X
<domain type='qemu'>
  <name>kvmserv</name>
  <uuid>6f1c2a3e-0b5d-4e8f-9a57-1f0e5b7c9d21</uuid>
  <memory unit='MiB'>96</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc-i440fx-7.2'>hvm</type>
    <kernel>/run/kvm/guest.elf</kernel>
    <initrd>/run/kvm/guest.initrd</initrd>
    <cmdline>console=ttyS0 quiet mitigations=off nokaslr panic=-1</cmdline>
  </os>
  <features><acpi/></features>
  <cpu mode='custom' match='exact' check='none'><model fallback='allow'>qemu64</model></cpu>
  <on_reboot>destroy</on_reboot>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='${KVM_DISKS[0]}'/><target dev='vda' bus='virtio'/></disk>
    <disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='${KVM_DISKS[1]}'/><target dev='vdb' bus='virtio'/></disk>
    <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='hdb' bus='ide'/><readonly/></disk>
    <controller type='usb' model='none'/>
    <serial type='file'><source path='/run/kvm/console'/></serial>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <memballoon model='none'/>
  </devices>
</domain>
X
  virsh --quiet define /run/kvm/kvmserv.xml
}

# kvm_up: the guest goes on where it was saved once: eight seconds instead of thirty. Once in a lab.
kvm_up() {
  local n
  [ ! -e /run/kvm/console ] || return 0
  kvm_defined || die 'the guest can not be defined'
  for n in 1 2; do
    dd if="$KVM/disk$n.img" of="${KVM_DISKS[n - 1]}" bs=64k conv=sparse,notrunc status=none || die 'no disk'
  done
  virsh --quiet restore "$KVM/guest.save" || die 'the guest does not go on'
  kvm_answers
}

kvm_answers() { until_true 60 kvm_ask '{"execute":"guest-ping"}' >/dev/null 2>&1 || die 'no agent in the guest'; }

# kvm_ask JSON: a command for the agent.
kvm_ask() { virsh --quiet qemu-agent-command kvmserv "$1" --timeout 5; }

# kvm_in COMMAND: in the guest, not waited for; without quotes.
kvm_in() {
  kvm_ask "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"/bin/sh\",\"arg\":[\"-c\",\"$1\"]}}" >/dev/null || die "not done in the guest: $1"
}

# kvm_agent HOW: what the agent does from now on: ok, refuse, slow-N, hang-N (guest/freeze-hook.sh); deaf-N: for N seconds it does not even listen; gone.
kvm_agent() {
  case $1 in
    deaf-*) kvm_in "sleep 0.3; kill -STOP \$(cat /run/agent.pid); sleep ${1#deaf-}; kill -CONT \$(cat /run/agent.pid)" && sleep 1 ;;
    gone) kvm_in 'sleep 0.3; kill -9 $(cat /run/agent.pid)' && sleep 1 ;;
    *) kvm_in "echo $1 >/run/how" && sleep 0.5 ;;
  esac
}

# kvm_frozen: `thawed` or `frozen`, as the agent says; `deaf` if it does not.
kvm_frozen() {
  local said
  said=$(kvm_ask '{"execute":"guest-fsfreeze-status"}' 2>/dev/null)
  case $said in *'"thawed"'*) echo thawed ;; *'"frozen"'*) echo frozen ;; *) echo deaf ;; esac
}

kvm_state() { virsh domstate kvmserv | head -n 1; }

# kvm_runs: it does, and nothing of it is frozen.
kvm_runs() { [ "$(kvm_state)" = running ] && [ "$(kvm_frozen)" = thawed ]; }

# kvm_written: the last number that the writer has told.
kvm_written() { tr -d '\r' </run/kvm/console | sed -n 's/^guest: \([0-9]*\)$/\1/p' | tail -n 1; }

# kvm_writes: the writer goes on.
kvm_writes() { until_true 30 kvm_beyond "$(kvm_written)"; }
kvm_beyond() { [ "$(kvm_written)" != "$1" ]; }
