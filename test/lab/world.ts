import { type Content, type Group, type Partition, type Volume, parseWorld } from './world-parse.ts';

/**
 * Compile a world to the bash that makes it in a guest. One thing a line; what is indented belongs to the line above:
 *
 *     vg in.zekjur.net 1500M
 *       lv domu-infra 128M mbr           # a guest's disk
 *         p1 32256B+80M ext3 writer      # starts at that byte; a guest keeps writing into it (see guest/content.pl)
 *         p5 logical swap                # the extended partition comes by itself; without a size: what is left
 *       lv domu-plain 64M ext4 writer    # a file system on the LV itself, mounted in a guest if there is a writer
 *       lv data 64M xfs /srv/data        # the same, mounted on the host
 *       lv empty 8M raw
 *       pool tp 200M
 *         lv thin1 100M ext4
 */
export function world(description: string): string {
  const groups = parseWorld(description);
  const volumes = groups.flatMap((group) => group.volumes.map((volume) => ({ group: group.name, ...volume })));
  return [
    '. "$REPO/test/lab/guest/world.bash" && . "$REPO/test/lab/guest/look.bash" || exit 99',
    'world_guard',
    `world_groups ${groups.map(({ name, size }) => `${name}=${String(size)}`).join(' ')}`,
    `world_volumes ${String(volumes.length)} <<'LVM'`,
    ...groups.flatMap(({ name, volumes: those }) => those.map((volume) => lvcreate(name, volume))),
    'LVM',
    ...volumes.flatMap(({ group, name, content }) => fill(group, name, content)),
    'world_ready',
    '',
  ].join('\n');
}

function lvcreate(group: Group['name'], { name, size, kind, pool }: Volume): string {
  const bytes = `${String(size)}b`;
  if (kind === 'pool') return `lvcreate --yes --type thin-pool -L ${bytes} -n ${name} ${group}`;
  if (kind === 'thin') return `lvcreate --yes -V ${bytes} --thinpool ${group}/${pool ?? ''} -n ${name}`;
  return `lvcreate --yes --wipesignatures n -L ${bytes} -n ${name} ${group}`;
}

function fill(group: string, volume: string, content: Content): string[] {
  const device = `/dev/${group}/${volume}`;
  switch (content.kind) {
    case 'raw':
      return [];
    case 'fs':
      return [
        `world_fs ${volume} ${device} - ${content.type} ${content.where ?? '-'} ${content.writer ? 'writer' : '-'}`,
      ];
    case 'table':
      return [
        `world_table ${group} ${volume} <<'TABLE'`,
        `label: ${content.label}`,
        ...content.partitions.map((partition) => sfdiskLine(content.label, partition)),
        'TABLE',
        ...content.partitions
          .filter(({ type }) => type !== 'raw' && type !== 'extended')
          .map(({ number, type, writer }) => {
            const id = `${volume}/p${String(number)}`;
            return `world_fs ${id} ${device} ${String(number)} ${type} - ${writer ? 'writer' : '-'}`;
          }),
      ];
  }
}

/** sfdisk takes the number from the end of the name, and what is not said (start, size) from the free space. */
function sfdiskLine(label: 'dos' | 'gpt', { number, start, size, type }: Partition): string {
  const words = [
    ...(start === undefined ? [] : [`start=${String(start / 512)}`]),
    ...(size === undefined ? [] : [`size=${String(size / 512)}`]),
    `type=${partitionTypes[label][type] ?? partitionTypes[label]['raw'] ?? ''}`,
  ];
  return `/dev/p${String(number)} : ${words.join(', ')}`;
}

const partitionTypes: Readonly<Record<'dos' | 'gpt', Readonly<Record<string, string>>>> = {
  dos: { raw: '83', swap: '82', vfat: 'c', ntfs: '7', extended: '5' },
  gpt: { raw: 'L', swap: 'S', vfat: 'U', ntfs: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7' },
};
