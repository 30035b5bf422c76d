/** What the lines of a world say; sizes in bytes. The language is shown in world.ts. */
export interface Group {
  readonly name: string;
  readonly size: number;
  readonly volumes: Volume[];
}

export interface Volume {
  readonly name: string;
  readonly size: number;
  readonly kind: 'thick' | 'thin' | 'pool';
  readonly pool?: string;
  readonly content: Content;
}

export type Content =
  | { readonly kind: 'raw' }
  | { readonly kind: 'fs'; readonly type: string; readonly writer: boolean; readonly where?: string }
  | { readonly kind: 'table'; readonly label: 'dos' | 'gpt'; readonly partitions: Partition[] };

export interface Partition {
  readonly number: number;
  readonly start?: number;
  readonly size?: number;
  readonly type: string;
  readonly writer: boolean;
}

/** Only these say after an fsync what any snapshot must hold. */
const journalled = ['ext3', 'ext4', 'xfs', 'btrfs'];
const fileSystems = ['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'vfat', 'ntfs', 'exfat', 'swap'];

export function parseWorld(description: string): Group[] {
  const groups: Group[] = [];
  let pool: { readonly name: string; readonly indent: number } | undefined;
  description.split('\n').forEach((line, index) => {
    const words = line
      .replace(/(^|\s)#.*$/u, '')
      .trim()
      .split(/\s+/u);
    const [keyword = '', ...rest] = words;
    if (keyword === '') return;
    const indent = line.search(/\S/u);
    try {
      if (keyword === 'vg') {
        groups.push(parseGroup(rest));
        return;
      }
      const volumes = groups.at(-1)?.volumes ?? fail('a world starts with vg NAME SIZE');
      if (pool !== undefined && indent <= pool.indent) pool = undefined;
      if (keyword === 'pool') pool = { name: addPool(volumes, rest), indent };
      else if (keyword === 'lv') volumes.push(parseVolume(rest, pool?.name));
      else if (/^p\d+$/u.test(keyword)) addPartition(volumes.at(-1), Number(keyword.slice(1)), rest);
      else fail(`what is ${keyword}?`);
    } catch (error) {
      throw new Error(`world, line ${String(index + 1)} (${line.trim()}): ${(error as Error).message}`, {
        cause: error,
      });
    }
  });
  checkGuestNames(groups);
  return groups;
}

function parseGroup([name = fail('vg needs a name'), size, ...more]: readonly string[]): Group {
  if (more.length > 0) fail(`what is ${more.join(' ')}?`);
  return { name: checkName(name), size: bytes(size), volumes: [] };
}

function addPool(volumes: Volume[], [name = fail('pool needs a name'), size]: readonly string[]): string {
  volumes.push({ name: checkName(name), size: bytes(size), kind: 'pool', content: { kind: 'raw' } });
  return name;
}

function parseVolume([name = fail('lv needs a name'), size, ...words]: readonly string[], pool?: string): Volume {
  const content = parseContent(words.filter((word) => !(word === 'thin' && pool !== undefined)));
  const base = { name: checkName(name), size: bytes(size), content };
  return pool === undefined ? { ...base, kind: 'thick' } : { ...base, kind: 'thin', pool };
}

function parseContent([
  type = fail('what is on it? (raw, mbr, gpt or a file system)'),
  ...words
]: readonly string[]): Content {
  if (type === 'raw') return { kind: 'raw' };
  if (type === 'mbr' || type === 'gpt') return { kind: 'table', label: type === 'mbr' ? 'dos' : 'gpt', partitions: [] };
  const where = words.find((word) => word.startsWith('/'));
  const { writer } = parseFileSystem([type, ...words.filter((word) => word !== where)]);
  return { kind: 'fs', type, writer, ...(where === undefined ? {} : { where }) };
}

function parseFileSystem([type = fail('which file system?'), ...flags]: readonly string[]): {
  type: string;
  writer: boolean;
} {
  if (type !== 'raw' && !fileSystems.includes(type)) fail(`unknown file system ${type}`);
  const strange = flags.find((flag) => flag !== 'writer');
  if (strange !== undefined) fail(`what is ${strange}?`);
  if (flags.length > 0 && !journalled.includes(type)) fail(`${type} has no journal, so it can have no writer`);
  return { type, writer: flags.length > 0 };
}

/** `[START+]SIZE | rest`, for a logical partition `logical [SIZE | rest]`, then the file system. */
function addPartition(volume: Volume | undefined, number: number, words: readonly string[]): void {
  if (volume?.content.kind !== 'table') return fail('a partition belongs below an lv with mbr or gpt');
  const { label, partitions } = volume.content;
  const logical = words[0] === 'logical';
  if (logical !== (label === 'dos' && number > 4)) fail('p5 and above of an mbr are logical, and nothing else is');
  const [first = '', ...others] = logical ? words.slice(1) : words;
  const place = /^(?:(\d+[A-Z]?)\+)?(\d+[A-Z]?)$/u.exec(first);
  const sized = place !== null || first === 'rest';
  if (!logical && !sized) fail('where? (SIZE, START+SIZE or rest)');
  if (logical && !partitions.some(({ type }) => type === 'extended')) partitions.push(extended(partitions));
  partitions.push({
    number,
    ...(place?.[1] === undefined ? {} : { start: bytes(place[1]) }),
    ...(place?.[2] === undefined ? {} : { size: bytes(place[2]) }),
    ...parseFileSystem(sized ? others : [first, ...others]),
  });
}

function extended(partitions: readonly Partition[]): Partition {
  const number = [1, 2, 3, 4].find((free) => partitions.every((other) => other.number !== free));
  return {
    number: number ?? fail('no primary partition is left for the extended one'),
    type: 'extended',
    writer: false,
  };
}

function bytes(size: string = fail('a size is missing')): number {
  const [, digits, unit = 'B'] = /^(\d+)([BKMG]?)$/u.exec(size) ?? fail(`${size} is no size (like 512B, 64M, 2G)`);
  return Number(digits) * 1024 ** 'BKMG'.indexOf(unit || 'B');
}

/** LVM's own alphabet, which is also safe in the script that the world becomes. */
function checkName(name: string): string {
  return /^[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/u.test(name) ? name : fail(`${name} is no name for LVM`);
}

/** What is written and mounted in a guest is named by the LV alone. */
function checkGuestNames(groups: readonly Group[]): void {
  const names = groups.flatMap(({ volumes }) => volumes.map(({ name }) => name));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) fail(`world: two volumes are called ${twice}`);
}

function fail(message: string): never {
  throw new Error(message);
}
