/** One kind of storage as the conformance suite needs it. The words are bash, run in the lab. */
export interface Storage {
  readonly name: string;
  /** In the language of test/lab/world.ts. */
  readonly world: string;
  /** Makes what the world can't: files `name` with the name of their origin in them. */
  readonly make: string;
  /** The origins of a task: one, several of which each holds a file `name`, and one whose name is hard. */
  readonly one: string;
  readonly many: {
    readonly source: string;
    readonly names: readonly string[];
    readonly takes: RegExp;
    readonly processes: number;
  };
  readonly odd: readonly string[];
  /** Overwrites the file `name` in the live origin `one`. */
  readonly change: string;
  /** What is there of a snapshot by the journal in $J: its name, in $S. */
  readonly find: string;
  /** Puts something else in the place of the snapshot $S, that says so when it is asked by `stays`, and is removed by `away`. */
  readonly impostor: string;
  readonly stays: string;
  readonly away: string;
  /** Gives the snapshot $S another name, and its own again. */
  readonly rename: readonly [string, string];
  /** Removes the snapshot $S behind our back. */
  readonly lose: string;
  /** A task for which there is no room; undefined: none is needed in advance. */
  readonly tooLarge: string | undefined;
  /** Fills the snapshot $S, and makes room again; undefined: it has no end of its own. */
  readonly fill: string | undefined;
}

const MAKE_IMAGE = `image() {
  truncate -s "$2" "$1"; mkfs.ext4 -q -F "$1"; mkdir -p /run/image; mount -o loop "$1" /run/image
  echo "this is \${1##*/}" >/run/image/name; umount /run/image
}
`;

const LONG = 'l'.repeat(100);

const LVM = {
  find: 'S=$(snapshot_of a)',
  stays: '[ "$(lvs --noheadings -o lv_role vg0/$S | tr -d " ")" = public ]',
  away: 'lvremove -qq -y vg0/$S',
  rename: ['lvrename -qq vg0/$S vg0/kept', 'lvrename -qq vg0/kept vg0/$S'],
  lose: 'lvremove -qq -y vg0/$S',
  change: 'echo changed >/srv/a/name; sync -f /srv/a',
  make: 'for at in a m1 m2 m3; do echo "this is $at" >/srv/$at/name; done; sync',
} as const;

const LVS = `lv a 16M ext4 /srv/a
    lv m1 16M ext4 /srv/m1
    lv m2 16M ext4 /srv/m2
    lv m3 16M ext4 /srv/m3
    lv a+b_c.d-e 8M ext2
    lv ${LONG} 8M ext2`;

/** Where several hosts share the file system, as Oracle VM does; here it is made for one. */
const MAKE_OCFS2 = `mkfs.ocfs2 -q -x -M local -N 1 -L images --fs-features=refcount /dev/vg0/images
      mkdir -p /srv/images; mount -t ocfs2 /dev/vg0/images /srv/images\n`;

/** Image files where files can share their blocks. */
function sharedOn(type: string, lv: string, mount: string): Storage {
  return {
    name: `file, shared on ${type}`,
    world: `vg vg0 450M\n  ${lv}`,
    make: `${mount} ${MAKE_IMAGE} mkdir /srv/images/m; image /srv/images/a 12M; for n in 1 2 3; do image /srv/images/m/m$n.img 8M; done
      image "/srv/images/it's a-b  \\$(x) ü.img" 8M; image /srv/images/${LONG}${LONG}.img 8M; sync`,
    one: 'file: /srv/images/a',
    many: { source: 'file: /srv/images/m/*.img', names: ['m1.img', 'm2.img', 'm3.img'], takes: /^cp /, processes: 3 },
    odd: [
      `file: "/srv/images/it's a-b  $(x) ü.img"`,
      `file: /srv/images/${LONG}${LONG}.img`,
      `file: '/srv/images/i[t]*'`,
    ],
    change: 'mount -o loop /srv/images/a /run/image; echo changed >/run/image/name; umount /run/image',
    find: 'S=$(echo /srv/images/.hs.*)',
    impostor: 'rm "$S"; echo mine >"$S"',
    stays: '[ "$(<"$S")" = mine ]',
    away: 'rm "$S"',
    rename: ['mv "$S" /srv/images/kept', 'mv /srv/images/kept "$S"'],
    lose: 'rm "$S"',
    tooLarge: undefined,
    fill: undefined,
  };
}

export const STORAGES: readonly Storage[] = [
  {
    ...LVM,
    name: 'lvm, thick',
    world: `vg vg0 176M
    ${LVS}`,
    impostor: 'lvremove -qq -y vg0/$S; lvcreate -qq -y -Wn -L 8M -n $S --addtag holdstill vg0',
    one: 'lv: vg0/a, size: 8M',
    many: { source: 'each: {lv: vg0/m*}, size: 8M', names: ['m1', 'm2', 'm3'], takes: /^lvm\b/, processes: 1 },
    odd: ['lv: vg0/a+b_c.d-e, size: 8M', `lv: vg0/${LONG}, size: 8M`],
    tooLarge: 'each: {lv: vg0/*}, size: full',
    fill: 'dd if=/dev/urandom of=/srv/a/noise bs=1M count=10 conv=fsync status=none; sync; rm /srv/a/noise',
  },
  {
    ...LVM,
    name: 'lvm, thin',
    world: `vg vg0 300M
  pool tp 160M
    ${LVS}`,
    impostor: 'lvremove -qq -y vg0/$S; lvcreate -qq -y -Wn -V 8M --thinpool vg0/tp -n $S --addtag holdstill',
    one: 'lv: vg0/a',
    many: { source: 'each: {lv: vg0/m*}', names: ['m1', 'm2', 'm3'], takes: /^lvm\b/, processes: 1 },
    odd: ['lv: vg0/a+b_c.d-e', `lv: vg0/${LONG}`],
    tooLarge: undefined,
    fill: undefined,
  },
  sharedOn('xfs', 'lv images 400M xfs /srv/images', ''),
  sharedOn('btrfs', 'lv images 400M btrfs /srv/images', ''),
  sharedOn('ocfs2', 'lv images 400M raw', MAKE_OCFS2),
  {
    name: 'file, copied',
    world: 'vg vg0 150M\n  lv images 100M ext4 /srv/images',
    make: `${MAKE_IMAGE} mkdir /srv/images/m; image /srv/images/a 12M; for n in 1 2 3; do image /srv/images/m/m$n.img 8M; done
      dd if=/dev/urandom of=/srv/images/large bs=1M count=60 status=none; mkfs.ext4 -q -F -E nodiscard /srv/images/large; image "/srv/images/b c.img" 8M; sync`,
    one: 'file: /srv/images/a, copy: true',
    many: {
      source: 'file: /srv/images/m/*.img, copy: true',
      names: ['m1.img', 'm2.img', 'm3.img'],
      takes: /^cp /,
      processes: 3,
    },
    odd: ['file: /srv/images/b c.img, copy: true'],
    change: 'mount -o loop /srv/images/a /run/image; echo changed >/run/image/name; umount /run/image',
    find: 'S=$(echo /srv/images/.hs.*)',
    impostor: 'mv "$S" /srv/images/kept; cp /srv/images/kept "$S"; rm /srv/images/kept',
    stays: '[ -s "$S" ]',
    away: 'rm "$S"',
    rename: ['mv "$S" /srv/images/kept', 'mv /srv/images/kept "$S"'],
    lose: 'rm "$S"',
    tooLarge: 'file: /srv/images/large, copy: true',
    fill: undefined,
  },
  {
    name: 'btrfs',
    world: 'vg vg0 200M\n  lv data 150M btrfs /srv/data',
    make: `for at in a m1 "it's a-b  \\$(x) ü" ${LONG}${LONG}; do btrfs -q subvolume create "/srv/data/$at"; echo "this is $at" >"/srv/data/$at/name"; done
      echo 'this is m1' >/srv/data/name; sync`,
    one: 'subvolume: /srv/data/a',
    many: { source: 'path: /srv/data/m1', names: [''], takes: /^btrfs subvolume snapshot/, processes: 1 },
    odd: [`subvolume: "/srv/data/it's a-b  $(x) ü"`, `subvolume: /srv/data/${LONG}${LONG}`, 'path: /srv/data'],
    change: 'echo changed >/srv/data/a/name',
    find: 'S=$(echo /srv/data/a/.hs.*/*)',
    impostor: 'btrfs -q subvolume delete "$S"; btrfs -q subvolume snapshot /srv/data/m1 "$S"',
    stays: '[ -e "$S/name" ]',
    away: 'btrfs -q subvolume delete "$S"',
    rename: ['mv "$S" "${S%/*}/kept"', 'mv "${S%/*}/kept" "$S"'],
    lose: 'btrfs -q subvolume delete "$S"',
    tooLarge: undefined,
    fill: undefined,
  },
];
