import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

describeLab('a guest that means harm, or is damaged', () => {
  let run: LabRun;
  beforeAll(async () => {
    run = await inLab(
      String.raw`. "$REPO/test/lab/guest/break.bash"
      mkdir -p /run/guest; (umask 077; echo -n 'a long word' >/run/key)
      guest() { # DEVICES COMMAND...: LVM as the guest would call it
        local filter= device devices=$1 command=$2
        shift 2
        for device in $devices; do filter+="\"a|^$device$|\","; done
        lvm "$command" -qq --yes --config "devices { dir=\"/run/guest/\" scan_lvs=1 filter=[$filter\"r|.*|\"] }" "$@" 2>/dev/null
      }
      fill() { mkfs.ext4 -q "$2" && mount "$2" /mnt && echo "this is $1" >/mnt/name; umount /mnt; }

      # the thief's group lists a bare physical volume with the id of one of the victim's
      truncate -s 12M /dev/shm/z; z=$(losetup --find --show /dev/shm/z); both="/dev/vg0/f-a $z"
      guest "$both" pvcreate --metadatacopies 0 $z; guest "$both" vgcreate -s 1M thief $both
      guest "$both" lvcreate -L 4M -n root thief /dev/vg0/f-a; guest "$both" lvcreate -L 4M -n stolen thief $z; fill thief /run/guest/thief/root
      uuid=$(guest "$both" pvs --noheadings -o pv_uuid $z | tr -d ' '); guest "$both" vgchange -an thief; losetup -d $z
      sfdisk -q --no-reread --no-tell-kernel /dev/vg0/f-z <<<$'label: dos\nstart=2048, size=8192\nstart=10240'
      mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/f-z 4M
      z=$(losetup --find --show --offset $((10240 * 512)) /dev/vg0/f-z); both="/dev/vg0/f-b $z"
      guest "$both" pvcreate --uuid $uuid --norestorefile --metadatacopies 0 $z; guest "$both" vgcreate -s 1M victim $both
      guest "$both" lvcreate -L 4M -n root victim /dev/vg0/f-b; guest "$both" lvcreate -L 4M -n data victim $z
      fill victim /run/guest/victim/root; fill data /run/guest/victim/data; guest "$both" vgchange -an victim; losetup -d $z

      guest /dev/vg0/none vgcreate -s 1M nothing /dev/vg0/none

      # a key slot's hash that nobody knows
      sfdisk -q --no-reread --no-tell-kernel /dev/vg0/luks <<<$'label: dos\nstart=2048, size=8192\nstart=10240'
      mkfs.ext4 -q -F -E offset=$((2048 * 512)) /dev/vg0/luks 4M
      p2=$(losetup --find --show --offset $((10240 * 512)) /dev/vg0/luks)
      cryptsetup luksFormat -q --type luks1 --pbkdf-force-iterations 1000 --key-file /run/key $p2
      printf 'nohash\0' | dd of=$p2 bs=1 seek=72 conv=notrunc status=none; losetup -d $p2

      # a thin pool whose metadata is noise
      guest /dev/vg0/thin vgcreate -s 1M g /dev/vg0/thin; guest /dev/vg0/thin lvcreate -L 6M -n root g; fill root /run/guest/g/root
      guest /dev/vg0/thin lvcreate --type thin-pool -L 8M --poolmetadatasize 2M -n pool g; guest /dev/vg0/thin lvcreate -V 8M --thinpool g/pool -n data
      place=$(dmsetup table g-pool_tmeta | cut -d ' ' -f 5); guest /dev/vg0/thin vgchange -an g
      dd if=/dev/urandom of=/dev/vg0/thin bs=512 seek=$place count=64 conv=notrunc status=none

      # both tables of a FAT
      perl -e 'open my $f, "+<", shift or die; sysread $f, my $b, 512; my ($reserved, $each) = unpack "x14 v x6 v", $b;
        for ($reserved, $reserved + $each) { sysseek $f, 512 * $_, 0; syswrite $f, "\0" x 64 }' /dev/vg0/fat

      for level in 1 5; do
        mdadm --quiet --create /dev/md9 --run --assume-clean --metadata=1.2 --level=$level --raid-devices=$((level == 1 ? 2 : 3)) /dev/vg0/r$level-* </dev/null
        fill raid$level /dev/md9; mdadm --quiet --stop /dev/md9
      done
      dd if=/dev/zero of=/dev/vg0/r5-c bs=1M count=1 conv=notrunc status=none
      configure <<'Y'
tasks:
  forged: {each: {lv: 'vg0/f-*'}, size: 4M}
  none: {lv: vg0/none, size: 4M}
  luks: {lv: vg0/luks, size: 4M, keys: [/run/key]}
  luks-out: {lv: vg0/luks, size: 4M, keys: [/run/key], exclude: [TYPE=crypto_LUKS]}
  thin: {lv: vg0/thin, size: 4M}
  thin-out: {lv: vg0/thin, size: 4M, exclude: [LV=g/d*]}
  thin-root: {lv: vg0/thin, size: 4M, partitions: [LV=g/root]}
  fat: {lv: vg0/fat, size: 4M, check: true}
  mirror: {each: {lv: 'vg0/r1-*'}, size: 4M}
  parity: {each: {lv: 'vg0/r5-*'}, size: 4M}
Y
      sync; mark
      for task in forged none luks luks-out thin thin-out thin-root fat mirror parity; do
        call $task $PRE $task; (cd /run/holdstill/$task 2>/dev/null && find . -mindepth 1 -name name | sort | while read -r file; do echo "$task: $(<$file)"; done)
        findmnt --raw --noheadings -o TARGET | sed -n "s#^/run/holdstill/#at #p" | sort; call $task-post $POST $task; same $task
      done`,
      {
        world: `vg vg0 400M
  lv f-a 12M raw
  lv f-b 12M raw
  lv f-z 20M raw
  lv none 8M raw
  lv luks 16M raw
  lv thin 32M raw
  lv fat 12M vfat
  lv r1-a 12M raw
  lv r1-b 12M raw
  lv r5-a 12M raw
  lv r5-b 12M raw
  lv r5-c 12M raw`,
        modules: ['loop', 'dm-snapshot', 'dm-thin-pool', 'dm-crypt', 'md-mod', 'raid1', 'raid456', 'dm-raid'],
        timeoutMs: 200_000,
      },
    );
  }, 600_000);

  test('is shown what is its own, and nothing else', () => {
    expect(run.stdout.trim().split('\n')).toEqual([
      'forged: this is thief',
      'forged: this is victim',
      'at forged/f-a/thief/root',
      'at forged/f-b/victim/root',
      'at forged/f-z/p1',
      'at luks-out/p1',
      'thin-out: this is root',
      'at thin-out/g/root',
      'thin-root: this is root',
      'at thin-root/g/root',
      'mirror: this is raid1',
      'at mirror/r1-a',
    ]);
  });

  test('of a disk that two of them claim, none gets it, and both are told', () => {
    expect(run.call('forged')).toMatchObject({ status: 0, stderr: '' });
    expect(run.call('forged').stdout).toMatch(/skipped +vg0\/f-z\/p2: LVM2_member, is listed by several volume groups/);
    for (const lv of ['f-a/thief/stolen', 'f-b/victim/data']) {
      expect(run.call('forged').stdout).toMatch(
        new RegExp(`skipped +vg0/${lv}: .*a disk of the guest's volume group is missing`),
      );
    }
  });

  test.each([
    ['none', /vg0\/none: is LVM without a logical volume/],
    [
      'luks',
      /hs\..*luks, partition 2, can't be decrypted: cryptsetup failed with status 1; .*leave it out with the task's 'exclude'/,
    ],
    ['thin', /cannot make a device for \S*g\/pool\S* of a guest: .*leave it out with the task's 'exclude'/],
    ['fat', /vg0\/fat: its check found errors/],
    ['parity', /r5-a: is a part of a software RAID of 3 disks, of which 1 is missing/],
  ])('%s fails by name, and leaves nothing', (task, reason) => {
    expect(run.call(task).status).toBe(1);
    expect(run.call(task).stderr).toMatch(reason);
    expect(run.call(task).stderr).not.toContain('left on this machine');
  });
});
