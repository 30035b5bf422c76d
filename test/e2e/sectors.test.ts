import { beforeAll, expect, test } from 'vitest';
import { describeLab } from '../lab/describe.ts';
import { inLab, type LabRun } from '../lab/run.ts';

/** A group `big` whose disk has sectors of 4096 bytes; its volumes hold what guests made that know only of 512. */
const make = String.raw`. "$REPO/test/lab/guest/break.bash"
truncate -s 400M /dev/shm/big; mknod /dev/loop110 b 7 110; losetup --sector-size 4096 /dev/loop110 /dev/shm/big
sed -i 's,filter=.,filter=["a|^/dev/loop110$|"\,,' /etc/lvm/lvm.conf; vgcreate -qq big /dev/loop110
mkdir -p /run/guest
# file_system TYPE DEVICE NAME [OPTION...]
file_system() { "mkfs.$1" -q ${'"${@:4}"'} "$2" >/dev/null 2>&1; mount "$2" /mnt; echo "this is $3" >/mnt/name; umount /mnt; }
# piece FILE START SIZE: in MiB, as a loop device
piece() { losetup --find --show --offset "$2M" --sizelimit "$3M" "$1"; }
# into LV FILE
into() { lvcreate -qq -y -Wn -L "$(stat -c %s "$2")b" -n "$1" big; dd if="$2" of="/dev/big/$1" bs=1M status=none; rm "$2"; }
guest() { local command=$1; shift; "$command" -qq --yes --config "devices { dir=\"/run/guest/\" scan_lvs=1 filter=[\"a|^$on\$|\",\"r|.*|\"] }" "$@"; }

truncate -s 90M /dev/shm/gpt; printf 'label: gpt\nstart=1MiB,size=8MiB,type=L\nstart=9MiB,size=70MiB,type=V\n' | sfdisk -q /dev/shm/gpt
on=$(piece /dev/shm/gpt 1 8); file_system ext4 $on gpt/p1 -b 1024; losetup -d $on
on=$(piece /dev/shm/gpt 9 70); guest vgcreate gv $on; guest lvcreate -L 40M -n root gv
file_system xfs /run/guest/gv/root gpt/p2/gv/root --unsupported -s size=512; guest vgchange -an gv; losetup -d $on; into gpt /dev/shm/gpt

truncate -s 50M /dev/shm/mbr; printf 'label: dos\nstart=1MiB,size=8MiB\nstart=9MiB,size=40MiB,type=5\nstart=10MiB,size=30MiB\n' | sfdisk -q /dev/shm/mbr
on=$(piece /dev/shm/mbr 1 8); file_system ext2 $on mbr/p1 -b 1024; losetup -d $on
on=$(piece /dev/shm/mbr 10 30); file_system xfs $on mbr/p5 --unsupported -s size=512; losetup -d $on; into mbr /dev/shm/mbr

truncate -s 24M /dev/shm/whole; on=$(piece /dev/shm/whole 0 24); file_system xfs $on whole --unsupported -s size=512; losetup -d $on; into whole /dev/shm/whole
lvcreate -qq -y -Wn -L 20M -n own big; file_system ext4 /dev/big/own own; mkdir -p /srv/own; mount /dev/big/own /srv/own
truncate -s 20M /dev/shm/alike; into alike /dev/shm/alike; printf 'label: gpt\nstart=1MiB,size=16MiB,type=L\n' | sfdisk -q --no-reread --no-tell-kernel /dev/big/alike
on=$(losetup --find --show --sector-size 4096 --offset 1M --sizelimit 16M /dev/big/alike); file_system ext4 $on alike/p1; losetup -d $on
configure <<'Y'
tasks:
  gpt: {lv: big/gpt, size: 12M}
  mbr: {lv: big/mbr, size: 12M}
  whole: {lv: big/whole, size: 12M}
  own: {path: /srv/own, size: 12M}
  alike: {lv: big/alike, size: 12M}
Y
sync; mark; cat /sys/block/dm-*/queue/logical_block_size | sort -u`;

const PLACES = {
  gpt: ['p1', 'p2/gv/root'],
  mbr: ['p1', 'p5'],
  whole: [''],
  own: [''],
  alike: ['p1'],
} as const;

describeLab('a volume on a disk with sectors of 4096 bytes', () => {
  let run: LabRun;
  beforeAll(async () => {
    const tasks = Object.entries(PLACES).map(
      ([
        task,
        places,
      ]) => `call ${task} $PRE ${task}; cat ${places.map((place) => `/run/holdstill/${task}/${place}/name`).join(' ')}
      call ${task}-post $POST ${task}; same ${task}`,
    );
    run = await inLab(`${make}\n${tasks.join('\n')}`, { world: 'vg vg0 20M\n  lv other 8M ext2' });
  }, 600_000);

  test('is read whatever its guest counts in: tables, logical volumes and file systems', () => {
    const written = Object.entries(PLACES).flatMap(([task, places]) =>
      places.map((place) => `this is ${task}${place && `/${place}`}\n`),
    );
    expect(run.stdout).toBe(`4096\n512\n${written.join('')}`);
  });

  test.each(Object.keys(PLACES))('%s: is opened and closed without a word of trouble', (task) => {
    expect(run.call(task)).toMatchObject({ status: 0, stderr: '' });
    expect(run.call(`${task}-post`).stdout).toMatch(/verdict +good[^]*nothing is left/);
  });
});
