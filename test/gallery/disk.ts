/** How a disk is divided; `4k`: made on one with sectors of 4096 bytes. */
const LABELS = ['mbr', 'mbr4k', 'gpt', 'gpt4k', 'hybrid'] as const;
export type Label = (typeof LABELS)[number];

/** What a disk of the gallery holds; sizes and places in MiB. The language is shown in disks.ts. */
export type Content =
  /** `also`: what else there is that looks like something. */
  | { readonly kind: 'leaf'; readonly type: string; readonly also: string; readonly size: number }
  | {
      readonly kind: 'table';
      readonly label: Label;
      readonly parts: readonly Part[];
      readonly size: number;
    }
  | { readonly kind: 'lvm'; readonly name: string; readonly lvs: readonly Lv[]; readonly size: number }
  | { readonly kind: 'luks'; readonly version: 1 | 2; readonly inner: Content; readonly size: number }
  | {
      readonly kind: 'raid';
      /** As mdadm calls it. */
      readonly level: string;
      readonly count: number;
      readonly version: string;
      readonly inner: Content;
      readonly size: number;
    }
  /** A further partition of the RAID that is in the one before. */
  | { readonly kind: 'member'; readonly size: number };

export interface Part {
  readonly number: number;
  readonly start: number;
  readonly content: Content;
}

export interface Lv {
  readonly name: string;
  readonly thin: boolean;
  readonly content: Content;
}

export interface Disk {
  readonly name: string;
  readonly content: Content;
  /** Words of damage.pl; none: it is sound. */
  readonly damage: string;
  /** The line that it was read from, without its name. */
  readonly line: string;
}

/** MiB that a file system needs at least, and a bit. */
const SIZES: Readonly<Record<string, number>> = {
  ext2: 4,
  ext3: 6,
  ext4: 6,
  xfs: 20,
  btrfs: 20,
  vfat: 4,
  ntfs: 6,
  exfat: 4,
  iso9660: 2,
  ocfs2: 44,
  udf: 4,
  f2fs: 52,
  squashfs: 1,
  erofs: 1,
  swap: 1,
  empty: 1,
  random: 1,
  luks: 18,
  md: 4,
  zfs: 65,
  bitlocker: 1,
  bcache: 2,
  jbd: 2,
  ldm: 2,
  bios: 1,
  msr: 1,
  prep: 1,
  wiped: 1,
  xfslog: 20,
};

/** What LUKS (version 2) and RAID (1.2) need for themselves. */
const LUKS_HEADER = 16;
const RAID_HEADER = 3;

/** Where the extended partition of an MBR has its number: the last primary one. */
export const EXTENDED = 4;

export function parseDisks(text: string): readonly Disk[] {
  return text.split('\n').flatMap((line): Disk[] => {
    const [, name, rest = ''] = /^(\S+)\s+(\S.*)$/.exec(line.replace(/\s*#.*$/, '')) ?? [];
    if (name === undefined) return [];
    const [described = '', damage = ''] = rest.split(/\s+!\s*/);
    const reader = { words: (described.match(/[()|]|[^\s()|]+/g) ?? []).flatMap(repeated), at: 0 };
    const content = readContent(reader);
    if (reader.at !== reader.words.length) throw new Error(`${name}: what is ${reader.words[reader.at]}?`);
    return [{ name, content, damage, line: rest.trim() }];
  });
}

/** `empty*3`: that word three times. */
function repeated(word: string): readonly string[] {
  const [, one = word, count = '1'] = /^(.+)\*(\d+)$/.exec(word) ?? [];
  return Array.from({ length: Number(count) }, () => one);
}

interface Reader {
  readonly words: readonly string[];
  at: number;
}

function readContent(reader: Reader): Content {
  const word = reader.words[reader.at++] ?? '';
  const [, vg] = /^lvm:(.+)$/.exec(word) ?? [];
  if (vg !== undefined) return lvmOf(vg, readList(reader, readLv).flat());
  const [, luks] = /^luks([12])$/.exec(word) ?? [];
  if (luks !== undefined) {
    const inner = onlyOne(readList(reader, readContent));
    return { kind: 'luks', version: luks === '1' ? 1 : 2, inner, size: inner.size + LUKS_HEADER };
  }
  const [, level, count, version = '1.2'] = /^raid(\d+|linear):(\d)(?::([\d.]+))?$/.exec(word) ?? [];
  if (level !== undefined) {
    const inner = onlyOne(readList(reader, readContent));
    const disks = Number(count);
    const data = { 0: disks, linear: disks, 1: 1, 5: disks - 1, 10: disks / 2 }[level] ?? 1;
    return {
      kind: 'raid',
      level,
      version,
      inner,
      size: Math.ceil(inner.size / data) + RAID_HEADER,
      count: disks,
    };
  }
  const label = LABELS.find((one) => one === word);
  if (label) return tableOf(label, readList(reader, readContent));
  const [name = '', size] = word.split(':');
  const [type = '', also = ''] = name.split('+');
  const least = SIZES[type];
  if (least === undefined) throw new Error(`what is ${word}?`);
  return { kind: 'leaf', type, also, size: size === undefined ? least : Number(size) };
}

/** In parentheses; a second list comes after a bar. */
function readList<T>(reader: Reader, one: (reader: Reader) => T): readonly (readonly T[])[] {
  if (reader.words[reader.at++] !== '(') throw new Error('a ( is missing');
  const lists: T[][] = [[]];
  for (;;) {
    const word = reader.words[reader.at];
    if (word === undefined) throw new Error('a ) is missing');
    if (word === ')' || word === '|') reader.at += 1;
    if (word === ')') return lists;
    if (word === '|') lists.push([]);
    else lists.at(-1)?.push(one(reader));
  }
}

function readLv(reader: Reader): Lv {
  const [, name = '', thin, type = ''] = /^([^=~]+)(~?)=(.+)$/.exec(reader.words[reader.at] ?? '') ?? [];
  const words = [type, ...reader.words.slice(reader.at + 1)];
  const inner = { words, at: 0 };
  const content = readContent(inner);
  reader.at += inner.at;
  return { name, thin: thin === '~', content };
}

function membersOf(content: Content): readonly Content[] {
  if (content.kind !== 'raid') return [content];
  return [
    content,
    ...Array.from({ length: content.count - 1 }, () => ({ kind: 'member', size: content.size }) as const),
  ];
}

function onlyOne([list]: readonly (readonly Content[])[]): Content {
  const [content, ...more] = list ?? [];
  if (!content || more.length > 0) throw new Error('exactly one content is needed there');
  return content;
}

/** One after the other from the first MiB on; the logical ones in an extended partition that takes the rest. */
function tableOf(label: Label, [primary = [], logical = []]: readonly (readonly Content[])[]): Content {
  const parts: Part[] = [];
  let next = 1;
  for (const content of primary.flatMap(membersOf)) {
    parts.push({ number: parts.length + 1, start: next, content });
    next += content.size;
  }
  logical.forEach((content, index) => {
    parts.push({ number: 5 + index, start: next + 1, content });
    next += 1 + content.size;
  });
  return { kind: 'table', label, parts, size: next + 1 };
}

function lvmOf(name: string, lvs: readonly Lv[]): Content {
  const thick = lvs.filter(({ thin }) => !thin).reduce((sum, { content }) => sum + content.size, 0);
  const thin = lvs.filter((lv) => lv.thin).reduce((sum, { content }) => sum + content.size, 0);
  // The label and the metadata, and of a thin pool its own, twice.
  return { kind: 'lvm', name, lvs, size: 2 + thick + (thin > 0 ? thin + 4 : 0) };
}
