import { expect, test } from 'vitest';
import { world } from '../lab/world.ts';

const lines = (description: string): string[] => world(description).split('\n').slice(1, -2);

test('a world becomes the script that makes it, behind the guard', () => {
  const script = lines(`
    # two groups
    vg system 400M
      lv xenvm 64M ext4 /srv/xenvm          # mounted on the host
    vg in.zekjur.net 1G
      lv domu-infra 128M mbr
        p1 32256B+80M ext3 writer
        p5 logical swap
      pool tp 200M
        lv thin1 100M ext4 thin
      lv domu-plain 64M raw`);
  expect(script).toEqual([
    'world_guard',
    'world_groups system=419430400 in.zekjur.net=1073741824',
    "world_volumes 5 <<'LVM'",
    'lvcreate --yes --wipesignatures n -L 67108864b -n xenvm system',
    'lvcreate --yes --wipesignatures n -L 134217728b -n domu-infra in.zekjur.net',
    'lvcreate --yes --type thin-pool -L 209715200b -n tp in.zekjur.net',
    'lvcreate --yes -V 104857600b --thinpool in.zekjur.net/tp -n thin1',
    'lvcreate --yes --wipesignatures n -L 67108864b -n domu-plain in.zekjur.net',
    'LVM',
    'world_fs xenvm /dev/system/xenvm - ext4 /srv/xenvm -',
    "world_table in.zekjur.net domu-infra <<'TABLE'",
    'label: dos',
    '/dev/p1 : start=63, size=163840, type=83',
    '/dev/p2 : type=5',
    '/dev/p5 : type=82',
    'TABLE',
    'world_fs domu-infra/p1 /dev/in.zekjur.net/domu-infra 1 ext3 - writer',
    'world_fs domu-infra/p5 /dev/in.zekjur.net/domu-infra 5 swap - -',
    'world_fs thin1 /dev/in.zekjur.net/thin1 - ext4 - -',
  ]);
});

test.each([
  ['lv a 1M raw', 'a world starts with vg NAME SIZE'],
  ['vg a 1Q', '1Q is no size'],
  ['vg a 1M\nlv b 1M', 'what is on it?'],
  ['vg a 1M\nlv b 1M ext5', 'unknown file system ext5'],
  ['vg a 1M\nlv b 1M vfat writer', 'vfat has no journal'],
  ['vg a 1M\nlv b 1M ext4\np1 rest ext4', 'a partition belongs below an lv with mbr or gpt'],
  ['vg a 1M\nlv b 1M mbr\np5 rest ext4', 'p5 and above of an mbr are logical'],
  ['vg a 1M\nlv $(id) 1M raw', '$(id) is no name for LVM'],
  ['vg a 1M\nlv b 1M raw\nvg c 1M\nlv b 1M raw', 'two volumes are called b'],
])('%j is refused: %s', (description, message) => {
  expect(() => world(description)).toThrow(message);
});
