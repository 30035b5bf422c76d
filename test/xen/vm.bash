# Tasks for guests of Xen, in its control domain (guest/dom0.bash). SCALE=sample: a part of it.
# shellcheck source=test/xen/words.bash
. /host/words.bash
H=/opt/dist/holdstill
mkdir -p -m 755 /etc/xen/auto
cat >/etc/holdstill/holdstill.yaml <<Y
version: 1
tasks:
  infra: {vm: infra, size: 8M}
  off: {vm: "off 'q' ü", size: 8M, skip: warn}
  near: {vm: infar}
  ovm: {vm: slot011}
  some: {each: {vm: 'inf*'}, size: 8M}
Y
# The guests that are off: a file of a name with blanks, linked and copied; one of Oracle VM. `phy:` without /dev is below /dev.
lvcreate -qq -y -L 16M -n off-root vg0 && mkfs.ext4 -q /dev/vg0/off-root
cat >/etc/xen/off.cfg <<C
name = "off 'q' ü"
type = 'pv'
kernel = '/boot/guest.elf'
disk = ['phy:vg0/off-root,xvda1,w', ',hdc:cdrom,r', 'qcow2:/srv/x.qcow2,xvdb,w', 'iscsi:iqn.2001-05.com.example:x,xvdc,w']
C
ln -s ../off.cfg /etc/xen/auto/off.cfg
sed 's/off-root/other/' /etc/xen/off.cfg >/etc/xen/off.cfg.bak
printf "name = 'slot011'\nOVM_simple_name = 'web'\n" >/etc/xen/slot011.cfg
before=$(things)

running() {
  run 'running, pre' 0 /opt/dist/generic/pre infra
  is 'running, mounts' "$(mounts)" '/run/holdstill/infra/xvda/p1 /run/holdstill/infra/xvdb '
  is 'running, counts' "$(($(last /run/holdstill/infra/xvda/p1/count) > 0 && $(last /run/holdstill/infra/xvdb/count) > 0))" 1
  run 'running, post' 0 /opt/dist/generic/post infra
  is 'running, verdict' "$said" '*verdict*good*'
  is 'running, left' "$(things)" "$before"
  counts_on
  is 'running, goes on' $? 0
}

paused() {
  local a b
  xl pause infra
  run 'paused, pre' 0 /opt/dist/generic/pre infra
  a=$(last /run/holdstill/infra/xvda/p1/count) b=$(last /run/holdstill/infra/xvdb/count)
  is 'paused, one instant' "$a $((a - b))" '[1-9]* [01]'
  run 'paused, post' 0 /opt/dist/generic/post infra
  is 'paused, left' "$(things)" "$before"
  is 'paused, stays so' "$(state infra)" '--p---'
  xl unpause infra
  counts_on
  is 'paused, goes on' $? 0
}

off() {
  run 'off, pre' 0 /opt/dist/generic/pre off
  is 'off, mounts' "$(mounts)" '/run/holdstill/off/xvda1 '
  is 'off, what is refused' "$said" '*xvdb:*format qcow2*xvdc:*block-iscsi*'
  run 'off, post' 0 /opt/dist/generic/post off
  is 'off, left' "$(things)" "$before"
}

unknown() {
  run 'unknown' 1 $H plan near
  is 'unknown, near' "$said" "*xen has no guest infar; there are infra, *off 'q' ü*"
}

several() {
  run 'several' 0 $H plan some
  is 'several, disks' "$said" '*infra/xvda/p1*infra/xvdb*'
}

unreadable() {
  run 'Oracle VM' 1 $H plan ovm
  is 'Oracle VM, why' "$said" "*slot011.cfg, which is in Python as Oracle VM*"
  chmod g+w /etc/xen/off.cfg
  run 'insecure file' 1 $H plan off
  is 'insecure file, why' "$said" '*off.cfg is writable by its group*chmod go-w /etc/xen/off.cfg*'
  chmod g-w /etc/xen/off.cfg
}

silent() {
  echo 'output_format="sxp"' >>/etc/xen/xl.conf
  run 'another form' 1 $H plan infra
  is 'another form, why' "$said" '*output_format="json" in /etc/xen/xl.conf*'
  sed -i '$d' /etc/xen/xl.conf
  kill "$(cat /run/xenstored.pid)"
  run 'no xenstored' 1 $H plan infra
  is 'no xenstored, why' "$said" '*did not end within*xenstored*'
}

running
off
unknown
[ "$SCALE" = sample ] || for part in paused several unreadable silent; do $part; done
is 'left in the end' "$(things)" "$before"
