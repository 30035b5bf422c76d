import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

/* What others do with ours while a task is open. Task u is open all the time, and must stay so. */
const start = `
. "$REPO/test/lab/guest/break.bash"
configure <<'Y'
tasks:
  t: {lv: vg0/plain, size: 8M, autoextend: false, mount: /mnt/t}
  d: {lv: vg0/disk, size: 8M, autoextend: false, mount: /mnt/d}
  u: {lv: vg0/other, size: 8M, autoextend: false}
  thin1: {lv: vg0/thin1}
  thin2: {lv: vg0/thin2}
  r: {lv: vg1/data, size: 8M, autoextend: false}
Y
$PRE u >/dev/null; snapshot_of u | cut -d. -f2 | tr -d '\\n' >$LAB/u; mark
# opened TASK: opens it; its snapshot's name and run.
opened() { $PRE $1 >/dev/null || echo "pre of $1 failed"; name=$(snapshot_of $1) run=$(snapshot_of $1 | cut -d. -f2); }
copied() { echo --addtag holdstill --addtag holdstill.run=$run --addtag holdstill.task=$1; }
there() { lvs $1 >/dev/null 2>&1 || echo "$2: $1 was removed"; }
again() { call $1-again $POST $2; same $1 quickly; }
# older d: its partition is on a loop device, and its journal says so, as those of version 0.1.0 do
older() {
  local options id snapshot; options=$(findmnt -no OPTIONS /mnt/d/p1); umount /mnt/d/p1; dmsetup remove hs.$run-0-map
  loop=$(losetup --find --show --offset 1048576 --sizelimit 33554432 /dev/vg0/$name); mount -o $options $loop /mnt/d/p1
  id=$(findmnt -no ID /mnt/d/p1) snapshot=$(dmsetup info --columns --noheadings -o uuid vg0-$name)
  edit_journal /var/lib/holdstill/d.journal -e 's|"superblock":"[^"]*",||;s|"id":"[0-9]*"|"id":"'$id'"|' \\
    -e 's|"kind":"map".*"volumes":"[^"]*"|"kind":"loop","backing":"/dev/vg0/'$name'","offset":"1048576","bytes":"33554432","volume":"'$snapshot'"|' \\
    -e 's|"device":"/dev/dm-[0-9]*"|"device":"'$loop'"|;s|"volume":"LVM-holdstill[^"]*"|"volume":"'$snapshot'"|'
}
`;

const world = `vg vg0 500M
  lv plain 32M ext4 /srv/plain
  lv other 16M ext4
  lv disk 48M mbr
    p1 32M ext4
  pool tp 60M
    lv thin1 16M ext2
    lv thin2 16M ext2
vg vg1 60M
  lv data 16M ext2`;

type Case = readonly [name: string, status: number, left: RegExp];

/** It is named, and once it is gone the next post ends it. */
function expectLeft(run: LabRun, [name, status, left]: Case): void {
  expect(run.call(name).stdout).toMatch(new RegExp(`^  left +.*${left.source}`, 'm'));
  expect(run.call(name).status).toBe(status);
  expect(run.call(`${name}-again`).stdout).toContain('nothing is left');
}

describeLab('while a task is open, what others do with its LVs', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(LVM, { world, timeoutMs: 250_000 });
  });

  const LVM = `${start}
    # its snapshot's place is taken by another LV with its name, all its tags and its origin
    opened t; umount /mnt/t; lvremove -qq -y vg0/$name; lvcreate -qq -s -L 8M -n $name $(copied t) vg0/plain
    call replaced $POST t; there vg0/$name replaced; lvremove -qq -y vg0/$name; again replaced t
    # beside it another one with all its tags
    opened t; lvcreate -qq -s -L 8M -n copy $(copied t) vg0/plain; call beside $POST t; there vg0/copy beside
    lvremove -qq -y vg0/copy; again beside t
    opened t; lvrename -qq vg0/$name kept; call renamed $POST t; there vg0/kept renamed; lvremove -qq -y vg0/kept; again renamed t
    # merged: where the origin is in use that waits for its next activation
    opened t; umount /mnt/t; lvconvert -qq --merge vg0/$name; call merged $POST t
    umount /srv/plain; lvchange -an vg0/plain; lvchange -ay vg0/plain; until_true 20 eval '[ "$(lvs --noheadings -o lv_role vg0/plain | tr -d " ")" = public ]'
    mount /dev/vg0/plain /srv/plain; again merged t
    opened t; umount /mnt/t; lvconvert -qq -y --splitsnapshot vg0/$name; call split $POST t; there vg0/$name split
    lvremove -qq -y vg0/$name; again split t
    # thin: merged at once; somebody's thick snapshot of it, which goes with what it stands on; its origin removed
    opened thin2; umount /run/holdstill/thin2; lvconvert -qq --merge vg0/$name; call thin-merged $POST thin2; same 'thin merged'
    opened thin1; lvcreate -qq -s -L 8M -n admins vg0/$name; call above $POST thin1; there vg0/admins above; lvremove -qq -y vg0/admins; again above thin1
    opened thin1; umount /run/holdstill/thin1; lvremove -qq -y vg0/thin1; call last $POST thin1; there vg0/$name last
    lvremove -qq -y vg0/$name; call last-again $POST thin1; ls /run/holdstill /var/lib/holdstill/*.journal
    # other names: of the origin, of the volume group
    opened r; lvrename -qq vg1/data moved; vgrename -qq vg1 vg2; call names $POST r; vgrename -qq vg2 vg1; lvrename -qq vg1/moved data
    opened r; umount /run/holdstill/r; vgexport -qq vg1 2>/dev/null; vgchange -qq -an vg1; vgexport -qq vg1; call away $POST r
    call away-status $HOLDSTILL status r; vgimport -qq vg1; vgchange -qq -ay vg1; call away-again $POST r
    lvs --noheadings -o lv_name --select lv_tags=holdstill; call survivor $POST u`;

  test('is not undone, and the machine is as before in the end', () => {
    expect(run.stdout).toBe(
      '/var/lib/holdstill/u.journal\n\n/run/holdstill:\nu\n  hs.U.other\n'.replace('U', run.files('u')),
    );
    expect(run.call('survivor')).toMatchObject({ status: 0, stderr: '' });
  });

  test.each<Case>([
    [
      'replaced',
      5,
      /snapshot vg0\/hs\.\w+\.plain: an LV of this name is there, but not the snapshot .*\(find out who owns it\)/,
    ],
    ['beside', 3, /snapshot vg0\/copy: is marked with this run, but its journal does not list it/],
    ['renamed', 3, /: somebody renamed it to vg0\/kept +\(find out who owns it/],
    ['merged', 5, /: somebody merges it into vg0\/plain \(lvconvert --merge\)/],
    ['split', 5, /: somebody changed it: vg0\/hs\.\w+\.plain is no longer a snapshot of vg0\/plain/],
    ['above', 3, /: somebody took a snapshot of it: vg0\/admins/],
    ['last', 5, /: its origin is gone, so vg0\/hs\.\w+\.thin1 may be the only copy of its data/],
    ['away', 5, /snapshot vg1\/hs\.\w+\.data: volume group vg1 can't be read: .*exported/],
  ])('is told: %s', (...one) => expectLeft(run, one));

  test('holds nothing up: other names of the origin and of the volume group, a finished merge', () => {
    expect(run.call('names')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('thin-merged').stdout).toContain('nothing is left');
  });
});

describeLab('while a task is open, what others do with its devices, mounts and directories', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(REST, { world, timeoutMs: 250_000 });
  });

  const REST = `${start}
    # the device of our name: removed by hand, and made anew over a file, and over our snapshot elsewhere
    dd if=/dev/zero of=/dev/shm/image bs=1M count=4 status=none
    for over in file snapshot; do
      opened d; umount /mnt/d/p1; map=hs.$run-0-map; dmsetup remove $map; on=/dev/vg0/$name; [ $over = snapshot ] || on=$(losetup --find --show /dev/shm/image)
      dmsetup create $map --readonly --table "0 8192 linear $on 0"; call map-$over $POST d; dmsetup info $map >/dev/null || echo "$map was removed"
      dmsetup remove $map; [ $over = snapshot ] || losetup -d $on; again map-$over d
    done
    # as version 0.1.0 left it: a loop device over the partition
    opened d; older d; call older $POST d; same older
    # the loop device of our number: detached by hand, and used by another program over a file, and over our snapshot elsewhere
    for over in file snapshot; do
      opened d; older d; umount /mnt/d/p1; losetup -d $loop
      if [ $over = file ]; then losetup $loop /dev/shm/image; else losetup -o 4096 --sizelimit 33554432 $loop /dev/vg0/$name; fi
      call loop-$over $POST d; losetup -n -O BACK-FILE $loop; losetup -d $loop; again loop-$over d
    done
    # another file system at our place: over ours, and instead of it
    opened t; mount -t tmpfs -o size=64k theirs /mnt/t; call over $POST t; umount /mnt/t; again over t
    opened t; umount /mnt/t; mount -t tmpfs -o size=64k theirs /mnt/t; call instead $POST t; findmnt -n -o SOURCE /mnt/t; umount /mnt/t; again instead t
    # our directory: another one, a link, files
    opened t; umount /mnt/t; rm /mnt/t/HOLDSTILL*; rmdir /mnt/t; mkdir /mnt/t; call another $POST t; ls -d /mnt/t; rmdir /mnt/t; again another t
    mkdir /mnt/real; opened t; umount /mnt/t; rm /mnt/t/HOLDSTILL*; rmdir /mnt/t; ln -s real /mnt/t; call link $POST t; readlink /mnt/t; rm /mnt/t; call link-again $POST t; rmdir /mnt/real; same link
    opened t; umount /mnt/t; echo theirs >/mnt/t/file; call files $POST t; cat /mnt/t/file; rm /mnt/t/file; again files t
    # what others made before we come: a directory of somebody else's, with files, a link
    own=/run/holdstill/r
    mkdir -m 755 $own; chown 1000 $own; call before-theirs $PRE r; chown 0 $own; touch $own/file; call before-full $PRE r; rm $own/file; rmdir $own
    ln -s /mnt $own; call before-link $PRE r; readlink $own; rm $own
    mkdir -m 755 $own; call before-empty $PRE r; call before-post $POST r; same before
    call survivor $POST u`;

  test('is not undone, and the machine is as before in the end', () => {
    expect(run.stdout).toMatch(
      /^\/dev\/shm\/image\n\/dev\/mapper\/vg0-hs\.\w+\.disk\ntheirs\n\/mnt\/t\nreal\ntheirs\n\/mnt\n$/,
    );
    for (const over of ['map', 'loop']) expect(run.call(`${over}-file`).stdout).toContain('nothing is left');
    expect(run.call('older')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('survivor')).toMatchObject({ status: 0, stderr: '' });
  });

  test.each<Case>([
    ['map-snapshot', 5, /snapshot vg0\/hs\.\w+\.disk: in use by the device-mapper device hs\.\w+-0-map/],
    ['loop-snapshot', 5, /snapshot vg0\/hs\.\w+\.disk: in use by \/dev\/loop\d+/],
    ['over', 5, /mount \/mnt\/t: theirs \(tmpfs\) is mounted over it/],
    ['instead', 5, /file \/mnt\/t\/HOLDSTILL-NOT-MOUNTED: theirs \(tmpfs\) is mounted over it/],
    ['another', 5, /directory \/mnt\/t: it is not the directory that was made/],
    ['link', 5, /directory \/mnt\/t: it is not the directory that was made/],
    ['files', 5, /directory \/mnt\/t: it is not empty/],
  ])('is told: %s', (...one) => expectLeft(run, one));

  test('has made before: it is refused, but for an empty directory that is safe', () => {
    for (const name of ['theirs', 'full', 'link']) {
      expect(run.call(`before-${name}`)).toMatchObject({ status: 1 });
      expect(run.call(`before-${name}`).stderr).toContain("/run/holdstill/r can't be the mount point");
    }
    for (const name of ['empty', 'post']) expect(run.call(`before-${name}`)).toMatchObject({ status: 0, stderr: '' });
  });
});
