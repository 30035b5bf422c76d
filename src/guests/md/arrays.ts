import { SECTOR } from '../../core/text/bytes.ts';
import type { Container, DeviceMap, Extent, Member, MemberPlace } from '../../core/model/volume.ts';
import type { ReadBytes } from '../../system/read.ts';
import { byVolume, placeOf, refusedMember } from '../members.ts';
import { readSuperblock, type Superblock } from './superblock.ts';

/** Spares come after all disks. */
const LAST = 0xffff;
/** Level 10 as mdadm makes it: two copies, beside each other (md(4), "near"). */
const NEAR_2 = 0x102;
/** The names that device-mapper has for the layouts of RAID 5, in their order (Documentation/device-mapper/dm-raid). */
const RAID5 = ['raid5_la', 'raid5_ra', 'raid5_ls', 'raid5_rs'];

type Line = DeviceMap['lines'][number];

interface FoundMember extends MemberPlace {
  readonly extent: Extent;
  readonly superblock: Superblock;
}

/**
 * The software RAIDs of guests, as maps that show them. As with LVM, the disks of guests made from one template may hold
 * the same array: those of several volumes are put together only where all of them say that they are one.
 */
export async function findArrays(
  places: readonly (MemberPlace & { readonly extent: Extent })[],
  read: ReadBytes,
): Promise<{ readonly containers: readonly Container[]; readonly members: readonly Member[] }> {
  const found: FoundMember[] = [];
  const members: Member[] = [];
  for (const place of places) {
    const superblock = await readSuperblock(place.extent, read);
    if (superblock) found.push({ ...place, superblock });
    else members.push(refusedMember(place, 'is a part of a software RAID, whose superblock is damaged'));
  }
  const containers: Container[] = [];
  for (const copy of copiesOf(found)) {
    const maps = mapsOf(copy);
    const [first, ...others] = copy.toSorted(byRole);
    if (!first) continue;
    if (typeof maps === 'string') {
      members.push(...copy.map((one) => refusedMember(one, `is a part of a software RAID ${maps}`)));
    } else {
      containers.push({ kind: 'md', ...placeOf(first), also: others.map(placeOf), maps });
      members.push(
        ...others.map((one) =>
          refusedMember(one, 'is a part of a software RAID, which is shown in the place of another part', true),
        ),
      );
    }
  }
  return { containers, members };
}

function copiesOf(found: readonly FoundMember[]): readonly (readonly FoundMember[])[] {
  return [...new Set(found.map(({ superblock }) => superblock.array))].flatMap((array) => {
    const members = found.filter(({ superblock }) => superblock.array === array);
    return areOne(members) ? [members] : byVolume(members);
  });
}

/** Whether no two are in each other's place, none is left behind, and all know of the same disks: else one may be of a clone that went its own way. */
function areOne(members: readonly FoundMember[]): boolean {
  const disks = members.filter(({ superblock }) => superblock.role !== undefined);
  const views = new Set(disks.map(({ superblock: { active } }) => active.toSorted((a, b) => a - b).join(',')));
  const roles = new Set(disks.map(({ superblock }) => superblock.role));
  return roles.size === disks.length && upToDate(disks).length === disks.length && views.size <= 1;
}

/** Those that are disks of the array, and not left behind; one event more or less is between two writes of a superblock. */
function upToDate(members: readonly FoundMember[]): readonly FoundMember[] {
  const newest = members.reduce((most, { superblock: { events } }) => (events > most ? events : most), 0n);
  return members.filter(({ superblock: { role, events } }) => role !== undefined && events + 1n >= newest);
}

/** The maps of an array, its own last; or why it can't be shown. */
function mapsOf(copy: readonly FoundMember[]): readonly DeviceMap[] | string {
  const [newest] = copy.toSorted(newestFirst);
  if (!newest) return 'that has no disks';
  const { superblock } = newest;
  const { level, disks, active, array } = superblock;
  // One that failed is an event behind as long as nothing else happened; the others know of it.
  const inSync = upToDate(copy).filter((one) => active.includes(one.superblock.role ?? LAST));
  const roles = inSync.map((one) => one.superblock.role);
  const unfit = copy.find((one) => one.superblock.unfit !== undefined)?.superblock.unfit;
  if (unfit !== undefined) return `that ${unfit}`;
  if (new Set(roles).size < roles.length) return 'of which there are several copies: give each guest a task';
  const absent = [...new Set(active)].filter((role) => !roles.includes(role));
  if (absent.length > 0) return `of ${disks} disks, of which ${absent.length} is missing or out of date`;
  const legs = inSync.filter((one) => !one.superblock.partial).toSorted(byRole);
  if (!MIRRORED.has(level) && legs.length < disks) return `of ${disks} disks, which is degraded`;
  const key = `${newest.volume}.${newest.partition ?? 0}/md:${array}`;
  const maps = LEVELS.get(level)?.(legs, disks, key) ?? `of level ${level}, which holdstill does not support`;
  if (typeof maps === 'string') return maps;
  const all = [...maps.legs, { key, lines: maps.lines }];
  return areWhole(legs) ? all : 'that is larger than its disks';
}

interface Maps {
  readonly legs: readonly DeviceMap[];
  readonly lines: readonly Line[];
}

function areWhole(legs: readonly FoundMember[]): boolean {
  return legs.every(({ extent, superblock: { dataSector, dataSectors, usedSectors } }) => {
    const sectors = usedSectors || dataSectors;
    return Number.isSafeInteger(dataSector + sectors) && sectors > 0 && (dataSector + sectors) * SECTOR <= extent.bytes;
  });
}

function dataOf({ volume, extent, superblock }: FoundMember): { readonly volume: number; readonly sector: number } {
  return { volume, sector: extent.offset / SECTOR + superblock.dataSector };
}

/** One of its disks is all of it: the first, from which md fills the others while they are not in sync. */
function mirror(legs: readonly FoundMember[]): Maps | string {
  const [leg] = legs;
  if (!leg || leg.superblock.usedSectors === 0) return 'that has no disk whose data is all there';
  return {
    legs: [],
    lines: [{ start: 0, sectors: leg.superblock.usedSectors, target: 'linear', words: [dataOf(leg)] }],
  };
}

function striped(legs: readonly FoundMember[], room: 'dataSectors' | 'usedSectors'): Maps | string {
  const chunk = legs[0]?.superblock.chunkSectors ?? 0;
  if (chunk === 0) return 'without a chunk size';
  const lengths = legs.map(({ superblock }) => superblock[room] - (superblock[room] % chunk));
  const [length = 0] = lengths;
  if (lengths.some((one) => one !== length)) return 'with disks of different sizes, which holdstill does not support';
  const words = [String(legs.length), String(chunk), ...legs.map(dataOf)];
  return { legs: [], lines: [{ start: 0, sectors: length * legs.length, target: 'striped', words }] };
}

/** One disk of each two that hold the same. */
function pairs(legs: readonly FoundMember[], disks: number): Maps | string {
  const layout = legs[0]?.superblock.layout ?? 0;
  if (layout !== NEAR_2 || disks % 2 !== 0)
    return `of level 10 with the layout ${layout}, which holdstill does not support`;
  const chosen: FoundMember[] = [];
  for (let role = 0; role < disks; role += 2) {
    const leg = legs.find(({ superblock }) => superblock.role === role || superblock.role === role + 1);
    if (!leg) return `of ${disks} disks, of which two that hold the same are missing or incomplete`;
    chosen.push(leg);
  }
  return striped(chosen, 'usedSectors');
}

function joined(legs: readonly FoundMember[]): Maps {
  let start = 0;
  const lines = legs.map((leg): Line => {
    const { dataSectors, chunkSectors } = leg.superblock;
    const sectors = chunkSectors > 0 ? dataSectors - (dataSectors % chunkSectors) : dataSectors;
    const line = { start, sectors, target: 'linear', words: [dataOf(leg)] };
    start += sectors;
    return line;
  });
  return { legs: [], lines };
}

/** In sync as it is: no disk of the guest is ever rebuilt by us. */
function parity(legs: readonly FoundMember[], _disks: number, key: string): Maps | string {
  const [first] = legs;
  const { layout = 0, chunkSectors = 0, usedSectors = 0 } = first?.superblock ?? {};
  const type = RAID5[layout];
  if (type === undefined || chunkSectors === 0)
    return `of level 5 with the layout ${layout}, which holdstill does not support`;
  const linear = legs.map((leg, index) => ({
    key: `${key}.${index}`,
    lines: [{ start: 0, sectors: usedSectors, target: 'linear', words: [dataOf(leg)] }],
  }));
  const devices = linear.flatMap((leg) => ['-', { map: leg.key }]);
  const words = [type, '2', String(chunkSectors), 'nosync', String(legs.length), ...devices];
  return { legs: linear, lines: [{ start: 0, sectors: usedSectors * (legs.length - 1), target: 'raid', words }] };
}

/** How the arrays of a level are shown, by what md calls it; -1 is linear. `legs`: by their roles. */
const LEVELS: ReadonlyMap<number, (legs: readonly FoundMember[], disks: number, key: string) => Maps | string> =
  new Map([
    [-1, joined],
    [0, (legs: readonly FoundMember[]) => striped(legs, 'dataSectors')],
    [1, mirror],
    [5, parity],
    [10, pairs],
  ]);
/** Of which one disk may be missing. */
const MIRRORED = new Set([1, 10]);

function newestFirst(one: FoundMember, other: FoundMember): number {
  return Number(other.superblock.events - one.superblock.events);
}

function byRole(one: FoundMember, other: FoundMember): number {
  return (one.superblock.role ?? LAST) - (other.superblock.role ?? LAST);
}
