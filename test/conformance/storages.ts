/** One kind of storage as the conformance suite needs it. */
export interface Storage {
  readonly name: string;
  /** The bash file beside this one that has its words; see providers.bash. */
  readonly words: string;
  /** In the language of test/lab/world.ts. */
  readonly world: string;
  /** The origins of a task: one, several of which each holds a file `name`, and those whose names are hard. */
  readonly one: string;
  readonly many: {
    readonly source: string;
    readonly names: readonly string[];
    readonly takes: RegExp;
    readonly processes: number;
  };
  readonly odd: readonly string[];
  /** A task for which there is no room; undefined: none is needed in advance. */
  readonly tooLarge?: string;
  /** Whether a snapshot can become full: there is a word `fill`. */
  readonly fill?: true;
}

export const LONG = 'l'.repeat(100);

const LVS = `lv a 16M ext4 /srv/a
    lv m1 16M ext4 /srv/m1
    lv m2 16M ext4 /srv/m2
    lv m3 16M ext4 /srv/m3
    lv a+b_c.d-e 8M ext2
    lv ${LONG} 8M ext2`;

/** Image files where files can share their blocks. */
function sharedOn(type: string, lv: string, words: string): Storage {
  return {
    name: `file, shared on ${type}`,
    words,
    world: `vg vg0 450M\n  ${lv}`,
    one: 'file: /srv/images/a',
    many: { source: 'file: /srv/images/m/*.img', names: ['m1.img', 'm2.img', 'm3.img'], takes: /^cp /, processes: 3 },
    odd: [
      `file: "/srv/images/it's a-b  $(x) ü.img"`,
      `file: /srv/images/${LONG}${LONG}.img`,
      `file: '/srv/images/i[t]*'`,
    ],
  };
}

export const STORAGES: readonly Storage[] = [
  {
    name: 'lvm, thick',
    words: 'lvm-thick',
    world: `vg vg0 176M
    ${LVS}`,
    one: 'lv: vg0/a, size: 8M',
    many: { source: 'each: {lv: vg0/m*}, size: 8M', names: ['m1', 'm2', 'm3'], takes: /^lvm\b/, processes: 1 },
    odd: ['lv: vg0/a+b_c.d-e, size: 8M', `lv: vg0/${LONG}, size: 8M`],
    tooLarge: 'each: {lv: vg0/*}, size: full',
    fill: true,
  },
  {
    name: 'lvm, thin',
    words: 'lvm-thin',
    world: `vg vg0 300M
  pool tp 160M
    ${LVS}`,
    one: 'lv: vg0/a',
    many: { source: 'each: {lv: vg0/m*}', names: ['m1', 'm2', 'm3'], takes: /^lvm\b/, processes: 1 },
    odd: ['lv: vg0/a+b_c.d-e', `lv: vg0/${LONG}`],
  },
  sharedOn('xfs', 'lv images 400M xfs /srv/images', 'images-shared'),
  sharedOn('btrfs', 'lv images 400M btrfs /srv/images', 'images-shared'),
  sharedOn('ocfs2', 'lv images 400M raw', 'images-ocfs2'),
  {
    name: 'file, copied',
    words: 'images-copied',
    world: 'vg vg0 150M\n  lv images 100M ext4 /srv/images',
    one: 'file: /srv/images/a, copy: true',
    many: {
      source: 'file: /srv/images/m/*.img, copy: true',
      names: ['m1.img', 'm2.img', 'm3.img'],
      takes: /^cp /,
      processes: 3,
    },
    odd: ['file: /srv/images/b c.img, copy: true'],
    tooLarge: 'file: /srv/images/large, copy: true',
  },
  {
    name: 'btrfs',
    words: 'subvolumes',
    world: 'vg vg0 200M\n  lv data 150M btrfs /srv/data',
    one: 'subvolume: /srv/data/a',
    many: { source: 'path: /srv/data/m1', names: [''], takes: /^btrfs subvolume snapshot/, processes: 1 },
    odd: [`subvolume: "/srv/data/it's a-b  $(x) ü"`, `subvolume: /srv/data/${LONG}${LONG}`, 'path: /srv/data'],
  },
];
