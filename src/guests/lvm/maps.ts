import { SECTOR } from '../../core/text/bytes.ts';
import { type GroupText, isWhole, type Logical, type Segment } from './metadata.ts';

/** A place on a physical volume, in sectors from its start. */
interface OnPhysical {
  /** UUID of the physical volume. */
  readonly physical: string;
  readonly sector: number;
}

/** A word of a device-mapper table: as it stands, a place on a physical volume, or another map of the same group. */
export type Word = string | OnPhysical | { readonly map: string };

/** A line of a device-mapper table, in sectors. */
export interface Line {
  readonly start: number;
  readonly sectors: number;
  readonly target: string;
  readonly words: readonly Word[];
}

/** A device that device-mapper can make of what lies on physical volumes and in other maps. */
export interface GuestMap {
  /** The LV's; for a thin pool with `/pool`, which no LV can be called. */
  readonly name: string;
  readonly lines: readonly Line[];
}

/** How an LV of a guest is made readable: its maps, each after those that it needs; or why it is not. */
export type Readable =
  | { readonly maps: readonly GuestMap[]; readonly sectors: number }
  | { readonly refused: string; readonly harmless: boolean };

const BEYOND = 'its metadata is damaged: a size beyond all reason';
const MOST_SEGMENTS = 10_000;
/** Of the tables of all LVs of a group, a pool's counted for each volume in it. */
const MOST_LINES = 1_000_000;

/** Why an LV of another make is not read. */
const OTHERS: ReadonlyMap<string, string> = new Map([
  ['cache', 'is cached (lvmcache): what it holds may lie in the cache'],
  ['writecache', 'is cached (writecache): what it holds may lie in the cache'],
  ['mirror', 'is a mirror, which this version does not support'],
  ['vdo', 'is a VDO volume, which this version does not support'],
]);

/** The LVs of a group that people see, by name, and how each is read. Pure. */
export function readableLvs(group: GroupText): ReadonlyMap<string, Readable> {
  const all = [...group.logical.values()];
  // `snapshot0` is not an LV: it says which LV, hidden itself, holds the changes of which.
  const snapshots = all.flatMap(({ segments }) => segments.filter(({ type }) => type === 'snapshot'));
  const merging = new Set(
    snapshots.flatMap(({ values }) => (values.has('merging_store') ? [text(values, 'origin')] : [])),
  );
  const found = new Map<string, Readable>();
  const pools: Pools = new Map();
  let lines = 0;
  for (const lv of all) {
    if (!lv.visible || lv.segments.some(({ type }) => type === 'snapshot' || type.endsWith('-pool'))) continue;
    const maps = merging.has(lv.name)
      ? 'is merging with a snapshot'
      : lines > MOST_LINES
        ? 'is in a volume group with more pieces than holdstill opens'
        : mapsOf(lv.name, group, pools);
    if (typeof maps !== 'string') lines += maps.reduce((sum, map) => sum + map.lines.length, 0);
    found.set(lv.name, typeof maps === 'string' ? refused(maps) : { maps, sectors: sectorsOf(lv, group) });
  }
  for (const { values } of snapshots) {
    const reason = `is a snapshot that the guest took of ${text(values, 'origin')}`;
    const name = text(values, 'cow_store') || text(values, 'merging_store');
    found.set(name, { refused: reason, harmless: true });
  }
  return found;
}

function refused(why: string): Readable {
  return { refused: why, harmless: false };
}

function sectorsOf({ segments }: Logical, { extentSectors }: GroupText): number {
  return segments.reduce((sum, { extents }) => sum + extents, 0) * extentSectors;
}

/** The maps of thin pools, by their names, each worked out once; or why there can't be any. */
type Pools = Map<string, readonly GuestMap[] | string>;

/** The maps that an LV needs, its own last; or why there can't be any. Without `pools` it may not be a thin volume. */
function mapsOf(name: string, group: GroupText, pools: Pools | undefined): readonly GuestMap[] | string {
  const lv = group.logical.get(name);
  if (!lv) return `its metadata is damaged: there is no '${name}'`;
  const [first, ...more] = lv.segments;
  if (!first || more.length >= MOST_SEGMENTS) return 'its metadata is damaged: no segments';
  let end = 0;
  for (const { start, extents } of lv.segments) {
    if (start !== end || extents === 0) return 'its metadata is damaged: its segments leave a gap';
    end = start + extents;
  }
  if (first.type === 'thin') {
    return pools && more.length === 0
      ? thin(name, first, group, pools)
      : 'its metadata is damaged: no such thin volume';
  }
  const lines: Line[] = [];
  for (const segment of lv.segments) {
    const line = lineOf(segment, group);
    if (typeof line === 'string') return line;
    lines.push(line);
  }
  return [{ name, lines }];
}

function lineOf(segment: Segment, group: GroupText): Line | string {
  const base = stretchOf(segment, group);
  if (!base) return BEYOND;
  if (segment.type === 'striped') return striped(segment, group, base);
  return (
    OTHERS.get(segment.type) ?? `is of LVM's type '${segment.type.slice(0, 50)}', which this version does not support`
  );
}

function thin(name: string, segment: Segment, group: GroupText, pools: Pools): readonly GuestMap[] | string {
  const { values } = segment;
  if (values.has('external_origin'))
    return 'is a thin volume with an external origin, which this version does not support';
  const base = stretchOf(segment, group);
  if (!base) return BEYOND;
  const pool = text(values, 'thin_pool');
  const id = values.get('device_id');
  if (!isWhole(id) || id >= 2 ** 24) return 'its metadata is damaged: no device_id';
  const map = `${pool}/pool`;
  if (group.logical.has(map)) return `its metadata is damaged: a volume is called '${map}'`;
  const maps = pools.get(pool) ?? poolMaps(pool, map, group);
  pools.set(pool, maps);
  if (typeof maps === 'string') return maps;
  return [...maps, { name, lines: [{ ...base, target: 'thin', words: [{ map }, String(id)] }] }];
}

/** In sectors; undefined: it can't be that much. */
function stretchOf(
  { start, extents }: Segment,
  { extentSectors }: GroupText,
): Pick<Line, 'start' | 'sectors'> | undefined {
  const stretch = { start: start * extentSectors, sectors: extents * extentSectors };
  return Number.isSafeInteger((stretch.start + stretch.sectors) * SECTOR) ? stretch : undefined;
}

/** The maps of a thin pool: its metadata, its data, and the pool over both. */
function poolMaps(pool: string, map: string, group: GroupText): readonly GuestMap[] | string {
  const [segment, ...more] = group.logical.get(pool)?.segments ?? [];
  const chunk = segment?.values.get('chunk_size');
  if (segment?.type !== 'thin-pool' || more.length > 0 || !isWhole(chunk) || chunk === 0 || segment.extents === 0) {
    return `its metadata is damaged: '${pool}' is not a thin pool`;
  }
  const [metadata, data] = [text(segment.values, 'metadata'), text(segment.values, 'pool')];
  const [first, second] = [mapsOf(metadata, group, undefined), mapsOf(data, group, undefined)];
  if (typeof first === 'string') return first;
  if (typeof second === 'string') return second;
  const words: Word[] = [{ map: metadata }, { map: data }, String(chunk), '0', '1', 'error_if_no_space'];
  const stretch = stretchOf(segment, group);
  if (!stretch) return BEYOND;
  const line = { ...stretch, target: 'thin-pool', words };
  return [...first, ...second, { name: map, lines: [line] }];
}

function striped(
  { values, extents }: Segment,
  { physical, logical, extentSectors }: GroupText,
  base: Pick<Line, 'start' | 'sectors'>,
): Line | string {
  const list = values.get('stripes');
  const count = values.get('stripe_count');
  if (!Array.isArray(list) || !isWhole(count) || count === 0 || list.length !== 2 * count || extents % count !== 0) {
    return 'its metadata is damaged: a segment without stripes';
  }
  const places: OnPhysical[] = [];
  for (let index = 0; index < list.length; index += 2) {
    const [name, extent] = [list[index], list[index + 1]] as readonly unknown[];
    const on = typeof name === 'string' ? physical.get(name) : undefined;
    if (!on || typeof extent !== 'number' || !isWhole(extent) || extent + extents / count > on.extents) {
      const moved = typeof name === 'string' && logical.has(name);
      return moved
        ? `is being moved just now (pvmove, or a make of LV that this version does not open)`
        : `its metadata is damaged: a segment lies beyond the physical volume '${String(name).slice(0, 50)}'`;
    }
    places.push({ physical: on.uuid, sector: on.start + extent * extentSectors });
  }
  if (count === 1) return { ...base, target: 'linear', words: places };
  const chunk = values.get('stripe_size');
  if (!isWhole(chunk) || chunk === 0) return 'its metadata is damaged: no stripe_size';
  return { ...base, target: 'striped', words: [String(count), String(chunk), ...places] };
}

function text(values: Segment['values'], name: string): string {
  const value = values.get(name);
  return typeof value === 'string' ? value : '';
}
