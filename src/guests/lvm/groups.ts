import { isLvmName } from '../../core/text/lvmname.ts';
import { SECTOR } from '../../core/text/bytes.ts';
import type { DeviceMap, Extent, GuestGroup, GuestLv, Member, MemberPlace } from '../../core/model/volume.ts';
import type { ReadBytes } from '../../system/read.ts';
import { byVolume, placeOf, refusedMember } from '../members.ts';
import { readLabel, type Label } from './label.ts';
import { type GuestMap, readableLvs } from './maps.ts';
import { type GroupText, groupFrom } from './metadata.ts';
import { parseText } from './text.ts';

interface FoundVolume extends MemberPlace {
  readonly extent: Extent;
  readonly label: Label;
  readonly group: GroupText | undefined;
}

export interface Groups {
  readonly groups: readonly GuestGroup[];
  readonly members: readonly Member[];
}

/**
 * The volume groups on physical volumes of guests. Guests that were made from one template have the same names and the
 * same UUIDs, so only what is of one guest may be put together: what is in one volume, or in several of which each says
 * that it belongs to all the others.
 */
export async function findGroups(
  places: readonly (MemberPlace & { readonly extent: Extent })[],
  read: ReadBytes,
): Promise<Groups> {
  const found: FoundVolume[] = [];
  const members: Member[] = [];
  for (const place of places) {
    const label = await readLabel(place.extent, read);
    const text = label?.metadata === undefined ? undefined : parseText(label.metadata);
    if (label) found.push({ ...place, label, group: text && groupFrom(text) });
    else members.push(refusedMember(place, 'its LVM label is damaged'));
  }
  const groups: GuestGroup[] = [];
  const placed = new Set<FoundVolume>();
  for (const uuid of new Set(found.flatMap(({ group }) => group?.uuid ?? []))) {
    for (const copy of copiesOf(uuid, found)) {
      for (const one of copy.members) placed.add(one);
      const [first, ...others] = copy.members;
      const { group } = copy;
      if (typeof group === 'string') {
        members.push(...copy.members.map((one) => refusedMember(one, group)));
      } else if (first) {
        groups.push(groupAt(copy.members, group));
        const reason = `is a part of the guest's volume group '${group.name}', which is shown below another part of it`;
        members.push(...others.map((one) => refusedMember(one, reason, true)));
      }
    }
  }
  const lost = found.filter((one) => !placed.has(one));
  const why = (one: FoundVolume): string =>
    claimsOn(one, found).length > 1
      ? 'is listed by several volume groups, and its own metadata names none of them: give each guest its own task'
      : 'its LVM metadata is missing or damaged';
  return { groups, members: [...members, ...lost.map((one) => refusedMember(one, why(one)))] };
}

/** The physical volumes of one group, or of each copy of it; a text says why a copy cannot be distinguished from another. */
function copiesOf(
  uuid: string,
  found: readonly FoundVolume[],
): readonly { readonly members: readonly FoundVolume[]; readonly group: GroupText | string }[] {
  const members = found.filter((one) => {
    const [own, ...others] = one.group ? [one.group.uuid] : claimsOn(one, found);
    return own === uuid && others.length === 0;
  });
  if (areOne(members)) return [copyOf(members)];
  return byVolume(members).map((own) => {
    const copy = copyOf(own);
    const twice = new Set(own.map(({ label }) => label.uuid)).size < own.length;
    const whole = typeof copy.group === 'string' || missing(copy.group, own).length === 0;
    if (whole && !twice) return copy;
    const name = typeof copy.group === 'string' ? '' : ` '${copy.group.name}'`;
    const group = `is a part of the guest's volume group${name}, of which there are several copies: give each guest a task`;
    return { members: own, group };
  });
}

/**
 * The groups that list a physical volume without a description of its own. Any guest can list it: those in the same volume
 * count before all others.
 */
function claimsOn({ volume, label }: FoundVolume, found: readonly FoundVolume[]): readonly string[] {
  const claims = found.flatMap((one) => {
    const listed = [...(one.group?.physical.values() ?? [])].some(({ uuid }) => uuid === label.uuid);
    return one.group && listed ? [{ volume: one.volume, uuid: one.group.uuid }] : [];
  });
  const near = claims.filter((one) => one.volume === volume);
  return [...new Set((near.length > 0 ? near : claims).map((one) => one.uuid))];
}

/**
 * Whether none is there twice, each that describes the group knows all of them, and none is left behind by more than the one
 * change that a snapshot may catch: else one may be of a clone that went its own way.
 */
function areOne(members: readonly FoundVolume[]): boolean {
  const seqnos = members.flatMap(({ group }) => group?.seqno ?? []);
  if (Math.max(...seqnos) - Math.min(...seqnos) > 1) return false;
  const uuids = members.map(({ label }) => label.uuid);
  const known = (group: GroupText): boolean => {
    const own = new Set([...group.physical.values()].map(({ uuid }) => uuid));
    return uuids.every((uuid) => own.has(uuid));
  };
  return new Set(uuids).size === uuids.length && members.every(({ group }) => !group || known(group));
}

/** By the newest description. */
function copyOf(members: readonly FoundVolume[]): {
  readonly members: readonly FoundVolume[];
  readonly group: GroupText | string;
} {
  const [newest] = members.flatMap(({ group }) => group ?? []).toSorted((a, b) => b.seqno - a.seqno);
  return { members, group: newest ?? 'its LVM metadata is missing or damaged' };
}

function missing({ physical }: GroupText, members: readonly FoundVolume[]): readonly string[] {
  const there = new Set(members.map(({ label }) => label.uuid));
  return [...physical.values()].flatMap(({ uuid }) => (there.has(uuid) ? [] : [uuid]));
}

function groupAt(members: readonly FoundVolume[], group: GroupText): GuestGroup {
  const [{ volume, partition } = { volume: 0, partition: undefined }, ...also] = members.map(placeOf);
  const prefix = `${volume}.${partition ?? 0}/${group.name}`;
  const lvs = [...readableLvs(group)].map(([name, readable]): GuestLv => {
    if ('refused' in readable) {
      return {
        name,
        bytes: 0,
        maps: [],
        content: undefined,
        refused: { reason: readable.refused, harmless: readable.harmless },
      };
    }
    const bytes = readable.sectors * SECTOR;
    const maps = placedMaps(prefix, readable.maps, members);
    const reason =
      typeof maps === 'string'
        ? maps
        : isLvmName(name) && isLvmName(group.name)
          ? undefined
          : 'LVM does not allow its name';
    const refused = reason === undefined ? undefined : { reason, harmless: false };
    const readByKernel = readable.maps.some(({ lines }) => lines.some(({ target }) => target === 'thin-pool'));
    return { name, bytes, maps: typeof maps === 'string' ? [] : maps, content: undefined, readByKernel, refused };
  });
  return { name: group.name, volume, partition, also, lvs };
}

/** With the places of the physical volumes in the volumes; or why there is none. */
function placedMaps(
  prefix: string,
  maps: readonly GuestMap[],
  members: readonly FoundVolume[],
): readonly DeviceMap[] | string {
  const physical = new Map(members.map((one) => [one.label.uuid, one]));
  const placed: DeviceMap[] = [];
  for (const { name, lines } of maps) {
    const done: DeviceMap['lines'][number][] = [];
    for (const line of lines) {
      const words: DeviceMap['lines'][number]['words'][number][] = [];
      for (const word of line.words) {
        if (typeof word === 'string') {
          words.push(word);
        } else if ('map' in word) {
          words.push({ map: `${prefix}/${word.map}` });
        } else {
          const on = physical.get(word.physical);
          if (!on) return `a disk of the guest's volume group is missing (physical volume ${word.physical})`;
          const last = word.sector + line.sectors / stripesOf(line);
          if (last * SECTOR > on.extent.bytes) return 'it ends beyond its disk';
          words.push({ volume: on.volume, sector: on.extent.offset / SECTOR + word.sector });
        }
      }
      done.push({ ...line, words });
    }
    placed.push({ key: `${prefix}/${name}`, lines: done });
  }
  return placed;
}

function stripesOf({ target, words }: GuestMap['lines'][number]): number {
  return target === 'striped' ? Number(words[0]) : 1;
}
