# Ten guests are clones of one template: all have the same UUIDs, and a volume group of the name that the host's own has.
. "$REPO/test/e2e/nested.words.bash"

# The template.
guest_lvm /dev/vg0/vm-0 vgcreate -s 1M vg0 /dev/vg0/vm-0
guest_lvm /dev/vg0/vm-0 lvcreate -L 6M -n root vg0
guest_lvm /dev/vg0/vm-0 lvcreate -L 4M -n home vg0
for lv in root home; do fill $lv /run/guest/vg0/$lv; done
guest_lvm /dev/vg0/vm-0 vgchange -an vg0

# The clones; each gets a name of its own.
for n in {1..9}; do cat /dev/vg0/vm-0 >"/dev/vg0/vm-$n"; done
for n in {0..9}; do
  guest_lvm "/dev/vg0/vm-$n" vgchange -ay vg0
  mount /run/guest/vg0/root /mnt && echo "this is vm-$n" >/mnt/name && umount /mnt
  guest_lvm "/dev/vg0/vm-$n" vgchange -an vg0
done

configure <<'Y'
tasks:
  all: {each: {lv: vg0/vm-*}, size: 4M}
Y
as_by_default
mark

call pre "$PRE" all

for n in {0..9}; do
  cat "/run/holdstill/all/vm-$n/vg0/root/name"
  (cd "/run/holdstill/all/vm-$n/vg0/home" && sha256sum --quiet -c /run/sum.home)
done

# The host works on, and sees nothing of the guests.
pvs --noheadings -o vg_name 2>&1
lvcreate -qq -y -s -L 4M -n mine vg0/vm-3 && lvremove -qq -y vg0/mine

call post "$POST" all
same 'after all'
