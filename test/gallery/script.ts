import { type Content, type Disk, EXTENDED, type Label, type Lv, type Part } from './disk.ts';

const MBR_TYPES: Readonly<Record<string, string>> = {
  swap: '82',
  vfat: 'c',
  ntfs: '7',
  exfat: '7',
  ldm: '42',
  prep: '41',
  wiped: '82',
  lvm: '8e',
  md: 'fd',
  raid: 'fd',
  member: 'fd',
};
const GPT_TYPES: Readonly<Record<string, string>> = {
  swap: 'S',
  vfat: 'U',
  ldm: 'AF9B60A0-1431-4F62-BC68-3311714A69AD',
  bios: '21686148-6449-6E6F-744E-656564454649',
  msr: 'E3C9E316-0B5C-4DB8-817D-F92DF00215AE',
  prep: '9E1A2D38-C612-4316-AA26-8B49521E5A8B',
  wiped: 'S',
  lvm: 'V',
  md: 'R',
  raid: 'R',
  member: 'R',
};

/** The bash that makes a disk, with the functions of make.bash. */
export function scriptOf({ name, content, damage }: Disk, device: string): string {
  const damaged = damage === '' ? [] : [`perl "$REPO/test/lab/guest/damage.pl" ${device} ${damage} || die ${name}`];
  return [`say ${name}`, ...contentScript(device, name, content), ...damaged, ''].join('\n');
}

function contentScript(device: string, id: string, content: Content): readonly string[] {
  switch (content.kind) {
    case 'leaf':
      return [`leaf ${device} ${content.type} ${id} ${content.also}`.trimEnd()];
    case 'table': {
      const filled = content.parts.filter(({ content: one }) => one.kind !== 'leaf' || one.type !== 'empty');
      return [
        `table ${device} ${content.label} <<'TABLE'`,
        ...tableLines(content.label, content.parts, content.size),
        'TABLE',
        ...filled.map(
          ({ number, start, content: { size } }) =>
            `piece ${device} ${start} ${size} ${content.label.endsWith('4k') ? 4096 : 512}; p${number}=$at`,
        ),
        ...filled.flatMap((part, index) => partScript(part, filled.slice(index + 1), id)),
        ...filled.map(({ number }) => `drop $p${number}`),
      ];
    }
    case 'lvm':
      return lvmScript(device, id, content.name, content.lvs);
    case 'luks':
      return [
        `encrypt ${device} ${content.version}`,
        ...contentScript('/dev/mapper/gallery', id, content.inner),
        'cryptsetup close gallery',
      ];
    case 'raid':
      if (content.count > 1) throw new Error('a RAID of several disks needs a partition table');
      return raidScript(content, [device], id);
    case 'member':
      throw new Error('is a part of another one');
  }
}

function partScript({ number, content }: Part, others: readonly Part[], id: string): readonly string[] {
  if (content.kind === 'member') return [];
  if (content.kind !== 'raid') return contentScript(`$p${number}`, `${id}/p${number}`, content);
  const members = [number, ...others.slice(0, content.count - 1).map((part) => part.number)];
  return raidScript(
    content,
    members.map((one) => `$p${one}`),
    `${id}/p${number}`,
  );
}

function raidScript(
  { level, version, inner }: Extract<Content, { kind: 'raid' }>,
  members: readonly string[],
  id: string,
): readonly string[] {
  return [
    `assemble ${level} ${version} ${members.join(' ')}`,
    ...contentScript('/dev/md9', id, inner),
    'mdadm --quiet --stop /dev/md9',
  ];
}

function lvmScript(device: string, id: string, vg: string, lvs: readonly Lv[]): readonly string[] {
  const pool = lvs.filter(({ thin }) => thin).reduce((sum, { content }) => sum + content.size, 0);
  return [
    `guest_lvm ${device} vgcreate -s 1M ${vg} ${device}`,
    ...(pool > 0 ? [`guest_lvm ${device} lvcreate --type thin-pool -L ${pool}M -n pool ${vg}`] : []),
    ...lvs.flatMap(({ name, thin, content }) => [
      thin
        ? `guest_lvm ${device} lvcreate -V ${content.size}M --thinpool ${vg}/pool -n ${name}`
        : `guest_lvm ${device} lvcreate -L ${content.size}M -n ${name} ${vg}`,
      ...contentScript(`/run/guest/${vg}/${name}`, `${id}/${vg}/${name}`, content),
    ]),
    `guest_lvm ${device} vgchange -an ${vg}`,
  ];
}

/** With all starts and sizes said, so that nothing depends on how sfdisk aligns. */
function tableLines(label: Label, parts: readonly Part[], size: number): readonly string[] {
  const dos = label === 'mbr' || label === 'mbr4k';
  const types = dos ? MBR_TYPES : GPT_TYPES;
  const line = ({ number, start, content }: Part): string => {
    const kind = content.kind === 'leaf' ? content.type : content.kind;
    return `/dev/p${number} : start=${start}MiB, size=${content.size}MiB, type=${types[kind] ?? (dos ? '83' : 'L')}`;
  };
  const logical = parts.filter(({ number }) => number > EXTENDED && dos);
  const [first] = logical;
  const primary = parts.filter((part) => !logical.includes(part));
  const extended = first
    ? [`/dev/p${EXTENDED} : start=${first.start - 1}MiB, size=${size - first.start}MiB, type=5`]
    : [];
  return [...primary.map(line), ...extended, ...logical.map(line)];
}
