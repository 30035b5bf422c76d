import { expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab } from '../lab/run.ts';

/**
 * `guest_lvm DEVICES WORDS...`: LVM as the guest would call it, on disks of the host; nothing else is seen by it. `mark LV
 * DEVICE`: a file system with files of its own, in a guest's LV.
 */
const start = `. "$REPO/test/lab/guest/break.bash"
mkdir -p /run/guest
guest_lvm() {
  local filter= device devices=$1 command=$2
  shift 2
  for device in $devices; do filter+="\\"a|^$device\\$|\\","; done
  lvm "$command" -qq --yes --config "devices { dir=\\"/run/guest/\\" scan_lvs=1 filter=[$filter\\"r|.*|\\"] }" "$@" 2>&1 | grep -v -e WARNING -e created -e ' renamed '
}
fill() {
  mkfs.ext4 -q "$2" && mkdir -p /run/fill && mount "$2" /run/fill || die "$2"
  echo "this is $1" >/run/fill/name; dd if=/dev/urandom of=/run/fill/noise bs=4k count=100 status=none
  (cd /run/fill && sha256sum noise) >"/run/sum.$1"; umount /run/fill
}
check() { cat "$2/name"; (cd "$2" && sha256sum --quiet -c "/run/sum.$1"); }
# The host's LVM looks at everything, as it does by default.
as_by_default() { sed -i 's/filter=.*$/}/' /etc/lvm/lvm.conf; }
`;

describeLab('LVM inside guests', () => {
  test('over several disks and partitions, linear, striped and thin, is found, mounted and closed', async () => {
    const run = await inLab(
      `${start}
      printf 'label: dos\\nstart=2048, size=8192, type=83\\nstart=10240, type=8e\\n' | sfdisk -q --no-reread --no-tell-kernel /dev/vg0/vm-a
      p2=$(losetup --find --show --offset $((10240 * 512)) /dev/vg0/vm-a); disks="$p2 /dev/vg0/vm-b"
      mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/vm-a 4M
      guest_lvm "$disks" vgcreate -s 1M my-guest $disks
      guest_lvm "$disks" lvcreate -L 8M -n root my-guest $p2
      guest_lvm "$disks" lvextend -L +4M my-guest/root /dev/vg0/vm-b
      guest_lvm "$disks" lvcreate -L 4M -n swap my-guest $p2
      guest_lvm "$disks" lvcreate -i 2 -I 64k -L 8M -n fast my-guest
      guest_lvm "$disks" lvcreate --type thin-pool -L 16M -n pool my-guest /dev/vg0/vm-b
      guest_lvm "$disks" lvcreate -V 20M --thinpool my-guest/pool -n thin1
      guest_lvm "$disks" lvcreate -V 20M --thinpool my-guest/pool -n thin2
      guest_lvm "$disks" lvcreate --type raid1 -m 1 -L 4M -n both my-guest
      guest_lvm "$disks" lvcreate -s -L 4M -n before my-guest/root
      for lv in root fast thin1 thin2; do fill $lv /run/guest/my-guest/$lv; done; mkswap -q /run/guest/my-guest/swap
      guest_lvm "$disks" vgchange -an my-guest; losetup -d $p2
      configure <<'Y'
tasks:
  t: {each: {lv: vg0/vm-*}, size: 8M}
  half: {lv: vg0/vm-a, size: 8M}
  hostile: {each: {lv: vg0/vm-*}, size: 8M, trust: hostile}
Y
      as_by_default; mark
      call plan $HOLDSTILL plan t; same 'a plan' quickly
      call pre $PRE t
      for lv in root fast thin1 thin2; do check $lv /run/holdstill/t/vm-a/p2/my-guest/$lv; done
      ls -x /run/holdstill/t /run/holdstill/t/vm-a/p2/my-guest
      call status $HOLDSTILL status t
      # The host works on, and sees nothing of the guest.
      vgs --noheadings -o vg_name; lvcreate -qq -y -s -L 4M -n mine vg0/vm-a && lvremove -qq -y vg0/mine
      call post $POST t; same 'after t'
      call half $PRE half; call half-post $POST half; same 'after half'
      call hostile $PRE hostile; dmsetup table | grep thin; call hostile-post $POST hostile; same 'after hostile'`,
      {
        world: 'vg vg0 300M\n  lv vm-a 60M raw\n  lv vm-b 60M raw',
        modules: ['loop', 'dm-snapshot', 'dm-thin-pool', 'dm-raid', 'fuse'],
      },
    );
    expect(run.call('hostile')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('hostile').stdout).toMatch(
      /my-guest\/fast +ext4[^]*my-guest\/thin1: .*whose place only the kernel can find/,
    );
    expect(run.stdout.split('\n').map((line) => line.trim())).toEqual([
      ...['root', 'fast', 'thin1', 'thin2'].map((lv) => `this is ${lv}`),
      '/run/holdstill/t:',
      'vm-a',
      '',
      '/run/holdstill/t/vm-a/p2/my-guest:',
      'fast  root  thin1  thin2',
      'vg0',
      '',
    ]);
    const { stdout } = run.call('pre');
    expect(stdout).toMatch(/skipped +vg0\/vm-a\/p2\/my-guest\/both: .*'raid1', which this version does not support/);
    expect(stdout).toContain('vg0/vm-a/p2/my-guest/swap: swap, holds swapped-out memory only');
    expect(run.call('status').stdout).toContain('before: unknown, is a snapshot that the guest took of root');
    expect(run.call('status').stdout).toContain(
      '/run/holdstill/t/vm-a/p2/my-guest/thin2  ext4 in LVM2_member  read-only',
    );
    expect(run.call('post').stdout).toMatch(
      /verdict +good: 2 snapshots valid[^]*removed +5 mounts, 2 snapshots; nothing is left/,
    );
    expect(run.call('plan').stdout).toContain('dmsetup create hs.xxxxxxxx-0-map');
    expect(run.call('plan').stdout).toMatch(
      /vm-a\/p1 {2}ext4, [^─]*─ vg0\/vm-a\/p2 {2}LVM2_member, .* at byte 5242880\n│ {5}├─ vg0\/vm-a\/p2\/my-guest\/root {2}/,
    );
    expect(run.call('half')).toMatchObject({ status: 0 });
    expect(run.call('half').stdout).toMatch(/my-guest\/root: .*a disk of the guest's volume group is missing/);
    expect(run.call('half-post').stdout).toMatch(/verdict +good/);
  });

  test('of ten clones of one template, which calls its VG as the host does, are told apart; the host works on', async () => {
    const run = await inLab(
      `${start}
      guest_lvm /dev/vg0/vm-0 vgcreate -s 1M vg0 /dev/vg0/vm-0
      guest_lvm /dev/vg0/vm-0 lvcreate -L 6M -n root vg0; guest_lvm /dev/vg0/vm-0 lvcreate -L 4M -n home vg0
      for lv in root home; do fill $lv /run/guest/vg0/$lv; done
      guest_lvm /dev/vg0/vm-0 vgchange -an vg0
      for n in {1..9}; do cat /dev/vg0/vm-0 >/dev/vg0/vm-$n; done
      for n in {0..9}; do
        guest_lvm /dev/vg0/vm-$n vgchange -ay vg0; mount /run/guest/vg0/root /mnt && echo "this is vm-$n" >/mnt/name && umount /mnt
        guest_lvm /dev/vg0/vm-$n vgchange -an vg0
      done
      configure <<'Y'
tasks:
  all: {each: {lv: vg0/vm-*}, size: 4M}
Y
      as_by_default; mark
      call pre $PRE all
      for n in {0..9}; do cat /run/holdstill/all/vm-$n/vg0/root/name; (cd /run/holdstill/all/vm-$n/vg0/home && sha256sum --quiet -c /run/sum.home); done
      pvs --noheadings -o vg_name 2>&1; lvcreate -qq -y -s -L 4M -n mine vg0/vm-3 && lvremove -qq -y vg0/mine
      call post $POST all; same 'after all'`,
      { world: `vg vg0 400M\n${Array.from({ length: 10 }, (_, n) => `  lv vm-${n} 16M raw`).join('\n')}` },
    );
    expect(run.stdout).toBe(`${Array.from({ length: 10 }, (_, n) => `this is vm-${n}\n`).join('')}  vg0\n`);
    expect(run.call('pre')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('post').stdout).toMatch(/verdict +good: 10 snapshots valid[^]*nothing is left/);
  });

  test('of a whole image, behind LUKS or on a RAID is not seen by the host either, nor by its udev', async () => {
    const run = await inLab(
      `${start}
      fill_group() { # NAME DEVICE
        guest_lvm $2 vgcreate -s 1M $1 $2; guest_lvm $2 lvcreate -L 6M -n root $1; fill $1 /run/guest/$1/root
        guest_lvm $2 vgchange -an $1
      }
      own_raid() { # IMAGE OFFSET SIZE METADATA VG
        local loop; loop=$(losetup --find --show --offset $2 --sizelimit $3 $1)
        mdadm --quiet --create /dev/md9 --run --metadata=$4 --level=1 --raid-devices=2 $loop missing </dev/null
        fill_group $5 /dev/md9; mdadm --quiet --stop /dev/md9; losetup -d $loop
      }
      open_key() { cryptsetup open --key-file /etc/holdstill/key $1 inside || die "$1"; }
      configure <<'Y'
tasks:
  images: {file: /srv/*.img, keys: [/etc/holdstill/key], mount: /mnt/images}
  raid: {lv: vg0/vm-raid, size: 8M, mount: /mnt/raid}
  early: {file: /srv/early.raw}
  plain: {file: /srv/plain.raw}
  planted: {file: /srv/planted.raw}
Y
      (umask 077; echo -n 'a long word' >/etc/holdstill/key)
      truncate -s 20M /srv/whole.img; truncate -s 40M /srv/luks.img
      loop=$(losetup --find --show /srv/whole.img); fill_group in-whole $loop; losetup -d $loop
      cryptsetup luksFormat -q --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file /etc/holdstill/key /srv/luks.img
      open_key /srv/luks.img; fill_group in-luks /dev/mapper/inside; cryptsetup close inside
      mdadm --quiet --create /dev/md9 --run --metadata=1.2 --level=1 --raid-devices=2 /dev/vg0/vm-raid missing </dev/null
      fill_group in-raid /dev/md9; mdadm --quiet --stop /dev/md9
      truncate -s 40M /srv/parts.img; sfdisk -q --no-reread --no-tell-kernel /srv/parts.img <<<$'label: dos\nstart=2048, size=34816, type=fd\nstart=36864, size=45056, type=fd'
      own_raid /srv/parts.img $((2048 * 512)) $((34816 * 512)) 1.0 in-new; own_raid /srv/parts.img $((36864 * 512)) $((45056 * 512)) 0.90 in-old
      truncate -s 20M /srv/early.raw /srv/plain.raw; own_raid /srv/early.raw 0 $((20 << 20)) 1.0 in-early
      loop=$(losetup --find --show /srv/plain.raw); mdadm --quiet --create /dev/md9 --run --metadata=1.0 --level=1 --raid-devices=2 $loop missing </dev/null
      fill in-plain /dev/md9; mdadm --quiet --stop /dev/md9; losetup -d $loop
      # Where the device for its root begins, a guest has written the label of a physical volume into its swap.
      truncate -s 20M /srv/planted.raw; loop=$(losetup --find --show /srv/planted.raw)
      guest_lvm $loop vgcreate -s 1M planted $loop; guest_lvm $loop lvcreate -L 4M -n swap planted; guest_lvm $loop lvcreate -L 6M -n root planted
      fill planted /run/guest/planted/root; guest_lvm $loop vgchange -an planted; losetup -d $loop
      loop=$(losetup --find --show --offset $(((5 * 2048 - 7) * 512)) /srv/planted.raw); guest_lvm $loop pvcreate --metadatacopies 0 $loop; losetup -d $loop
      as_by_default; mark
      call early $PRE early; same early
      call planted $PRE planted; same planted
      call plain $PRE plain; check in-plain /run/holdstill/plain; call plain-post $POST plain; same plain
      call images $PRE images; call raid $PRE raid
      pvs --noheadings -o vg_name; pvs -a --noheadings -o vg_name,pv_fmt 2>&1 | grep -c lvm2
      for loop in $(losetup --noheadings -O NAME,BACK-FILE | grep '[.]img' | cut -d ' ' -f 1); do blkid -p -o value -s TYPE $loop; done | sort
      dmsetup ls | cut -f 1 | grep '^hs\\.[^.]*$' | sort | while read -r name; do dmsetup splitname --noheadings -c -o lv_layer $name; done | sort | uniq -c | tr -s ' '
      check in-whole /mnt/images/whole.img/in-whole/root; check in-luks /mnt/images/luks.img/in-luks/root; check in-raid /mnt/raid/in-raid/root
      check in-new /mnt/images/parts.img/p1/in-new/root; check in-old /mnt/images/parts.img/p2/in-old/root
      lvcreate -qq -y -L 4M -n mine vg0 && lvremove -qq -y vg0/mine
      call images-post $POST images; call raid-post $POST raid; same 'after all'`,
      {
        world: 'vg vg0 600M\n  lv images 400M xfs /srv\n  lv vm-raid 40M raw',
        modules: ['loop', 'dm-snapshot', 'dm-crypt', 'md-mod', 'raid1', 'dm-raid'],
      },
    );
    for (const name of ['plain', 'plain-post', 'images', 'raid', 'images-post', 'raid-post']) {
      expect(run.call(name), `of ${name}`).toMatchObject({ status: 0, stderr: '' });
    }
    expect(run.stdout).toBe(
      `this is in-plain\n  vg0\n1\ncrypto_LUKS\n 10 map\n${['whole', 'luks', 'raid', 'new', 'old'].map((name) => `this is in-${name}\n`).join('')}`,
    );
    for (const [name, part] of [
      ['early', '/srv/early.raw'],
      ['planted', 'planted/root'],
    ] as const) {
      expect(run.call(name).status).toBe(1);
      expect(run.call(name).stderr).toMatch(
        `${part}: is where its image contains LVM2_member, and the host would take`,
      );
    }
  });

  test('of clones that went their own way since is not taken for one: RAIDs, volume groups, xfs', async () => {
    const run = await inLab(
      `${start}
      pieces() { # DISK
        p1=$(losetup --find --show --offset $((2048 * 512)) --sizelimit $((16384 * 512)) $1)
        p2=$(losetup --find --show --offset $((18432 * 512)) --sizelimit $((16384 * 512)) $1)
      }
      own_name() { mount $1 /mnt && echo "this is $2" >/mnt/name && umount /mnt || die "$2"; }
      sfdisk -q --no-reread --no-tell-kernel /dev/vg0/raid-a <<<$'label: dos\nstart=2048, size=16384, type=fd\nstart=18432, size=16384, type=fd\nstart=34816'
      mkfs.ext4 -q -F -E offset=$((34816 * 512)) /dev/vg0/raid-a 4M
      pieces /dev/vg0/raid-a; mdadm --quiet --create /dev/md9 --run --metadata=1.2 --level=1 --raid-devices=2 $p1 $p2 </dev/null
      fill raid-a /dev/md9; mdadm --quiet --stop /dev/md9; losetup -d $p1 $p2
      cat /dev/vg0/raid-a >/dev/vg0/raid-b; pieces /dev/vg0/raid-b
      for n in 1 2 3; do mdadm --quiet --assemble /dev/md9 --run $p1 $p2; own_name /dev/md9 raid-b; mdadm --quiet --stop /dev/md9; done; losetup -d $p1 $p2
      guest_lvm /dev/vg0/lvm-a vgcreate -s 1M g /dev/vg0/lvm-a; guest_lvm /dev/vg0/lvm-a lvcreate -L 6M -n root g; fill lvm-a /run/guest/g/root
      guest_lvm /dev/vg0/lvm-a vgchange -an g; cat /dev/vg0/lvm-a >/dev/vg0/lvm-b
      guest_lvm /dev/vg0/lvm-b pvchange -u /dev/vg0/lvm-b
      guest_lvm /dev/vg0/lvm-b vgchange -ay g; own_name /run/guest/g/root lvm-b; guest_lvm /dev/vg0/lvm-b vgchange -an g
      cat /dev/vg0/xfs-a >/dev/vg0/xfs-b; mount -o nouuid /dev/vg0/xfs-b /mnt; echo 'this is xfs-b' >/mnt/name; umount /mnt
      configure <<'Y'
tasks:
  all: {each: {lv: 'vg0/*-?'}, size: 8M}
  third: {lv: vg0/raid-a, size: 8M, partitions: [2]}
  without: {lv: vg0/raid-a, size: 8M, exclude: [2]}
Y
      mark
      call all $PRE all
      for n in a b; do cat /run/holdstill/all/{raid-$n/p1,lvm-$n/g/root,xfs-$n}/name; done
      call all-post $POST all; same all quickly
      for task in third without; do $PRE $task >/dev/null; (cd /run/holdstill/$task && echo $task p*); $POST $task >/dev/null; same $task quickly; done`,
      {
        world: `vg vg0 400M
  lv raid-a 24M raw
  lv raid-b 24M raw
  lv lvm-a 16M raw
  lv lvm-b 16M raw
  lv xfs-a 32M xfs
  lv xfs-b 32M raw`,
        modules: ['loop', 'dm-snapshot', 'md-mod', 'raid1'],
      },
    );
    expect(run.call('all')).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout.trim().split('\n')).toEqual([
      'this is raid-a',
      'this is lvm-a',
      'this is raid-b',
      'this is lvm-b',
      'this is xfs-b',
      'third p1',
      'without p3',
    ]);
    expect(run.call('all-post').stdout).toMatch(/verdict +good: 6 snapshots valid[^]*nothing is left/);
  });
});
