import { SECTOR } from '../core/text/bytes.ts';
import type {
  Container,
  Content,
  Extent,
  GuestGroup,
  GuestLv,
  MemberPlace,
  Partition,
  DeviceToInspect,
  Inspection,
  Volume,
} from '../core/model/volume.ts';
import type { Exec } from '../system/command.ts';
import { bytesOf } from '../system/kernel/blockdev.ts';
import { readerOf } from '../system/read.ts';
import type { Probed } from './closer.ts';
import { DIRECTORY, namesDevice } from './filesystems.ts';
import { settleImages } from './hybrid.ts';
import { findGroups } from './lvm/groups.ts';
import { findArrays } from './md/arrays.ts';
import { overlapsOf, tableOf } from './partitions.ts';
import { contentOf, keyOf, probeAlike, probeParts } from './probe.ts';
import { isDynamic, purposeOf } from './purposes.ts';
import { sectorsOf } from './table.ts';
import { readTables, type Table } from './tables.ts';

const DYNAMIC = 'is a part of a dynamic disk of Windows, whose volumes this version does not open';

/**
 * Finds out what block devices hold, from their bytes: a file system on the whole of it, or a partition table and what
 * is in each partition, and the logical volumes of guests in all of them. What was seen `before` is not looked at again.
 * Changes nothing. Throws `volume.unreadable` for a table that can't be right.
 */
export async function inspectPlaces(
  places: readonly DeviceToInspect[],
  before: Inspection | undefined,
  exec: Exec,
): Promise<Inspection> {
  const devices = places.map(({ device }) => device);
  const known = new Map<string, Inside>(before?.volumes.map((volume) => [volume.device, volume]));
  const unknown = places.filter(({ shape, device }) => shape !== 'directory' && !known.has(device));
  const found = await lookAtVolumes(
    unknown.map(({ device }) => device),
    exec,
  );
  for (const one of found) known.set(one.device, one);
  const volumes = places.map(({ shape, device, within }) => {
    const coarse = sectorsOf(device).own > SECTOR;
    const looped = shape === 'image' || (shape === 'device' && !within && coarse);
    const inside = known.get(device) ?? directory(device);
    const partitions = inside.partitions.map((one) => ({ ...one, linear: !looped && !coarse && !needsName(one) }));
    return { ...inside, looped, partitions, within };
  });
  const parts = volumes.flatMap(inspectedPartsOf);
  const arrays = await findArrays(parts.filter(isOf('linux_raid_member')), readerOf(exec));
  const encrypted = parts.filter(isEncrypted).map(containerOf);
  const { groups, members } = await findGroups(parts.filter(isOf('LVM2_member')), readerOf(exec));
  return {
    volumes,
    groups: await lookAtLvs(groups, before?.groups ?? [], devices, exec),
    members: [...members, ...arrays.members],
    containers: [...arrays.containers, ...encrypted],
  };
}

/** Whether what mounts it needs a device with a name in /dev/mapper, which ours have not. */
function needsName({ content: { type } }: Partition): boolean {
  return type !== undefined && namesDevice(type);
}

/** What is in a place, whatever it is. */
type Inside = Omit<Volume, 'looped'>;

/** What needs no looking into. */
function directory(device: string): Inside {
  const content = { type: DIRECTORY, uuid: undefined, doubt: undefined };
  return { device, bytes: 0, table: undefined, content, partitions: [] };
}

interface InspectedPart extends MemberPlace {
  readonly extent: Extent;
  readonly content: Content;
}

function inspectedPartsOf(
  { device, bytes, table, content, partitions }: Volume,
  volume: number,
): readonly InspectedPart[] {
  if (table !== undefined) {
    return partitions.map(({ number, extent, content: inside }) => ({
      volume,
      partition: number,
      extent,
      content: inside,
    }));
  }
  return [{ volume, partition: undefined, extent: { device, offset: 0, bytes }, content }];
}

const isEncrypted = isOf('crypto_LUKS');

function isOf(wanted: string): (part: Pick<InspectedPart, 'content'>) => boolean {
  return ({ content: { type, doubt } }) => type === wanted && doubt === undefined;
}

/** A map that shows the encrypted part alone. */
function containerOf({ volume, partition, extent }: InspectedPart): Container {
  const sectors = extent.bytes / SECTOR;
  const line = { start: 0, sectors, target: 'linear', words: [{ volume, sector: extent.offset / SECTOR }] };
  const maps = [{ key: `${volume}.${partition ?? 0}/encrypted`, lines: [line] }];
  return { kind: 'luks', volume, partition, also: [], maps };
}

/** What is in the LVs that lie in one piece; the others have to be made devices first. */
async function lookAtLvs(
  groups: readonly GuestGroup[],
  before: readonly GuestGroup[],
  devices: readonly string[],
  exec: Exec,
): Promise<readonly GuestGroup[]> {
  const pieces = piecesOf(groups, devices);
  const known = new Map([...piecesOf(before, devices)].map(([{ content }, extent]) => [keyOf(extent), content]));
  const unknown = [...pieces.values()].filter((extent) => !known.has(keyOf(extent)));
  const contents = await probeParts(unknown, exec);
  return groups.map((group) => ({
    ...group,
    lvs: group.lvs.map((lv) => {
      const extent = pieces.get(lv);
      if (!extent) return lv;
      const content = known.get(keyOf(extent)) ?? contentOf(contents.get(keyOf(extent)));
      return { ...lv, content, encrypted: isEncrypted({ content }) };
    }),
  }));
}

function piecesOf(groups: readonly GuestGroup[], devices: readonly string[]): ReadonlyMap<GuestLv, Extent> {
  const pieces = new Map<GuestLv, Extent>();
  for (const lv of groups.flatMap(({ lvs }) => lvs)) {
    const extent = lv.refused ? undefined : pieceOf(lv, devices);
    if (extent) pieces.set(lv, extent);
  }
  return pieces;
}

function pieceOf({ maps: [map, ...more], bytes }: GuestLv, devices: readonly string[]): Extent | undefined {
  const [line, ...lines] = map?.lines ?? [];
  const [word] = line?.words ?? [];
  if (line?.target !== 'linear' || more.length + lines.length > 0 || typeof word !== 'object' || !('volume' in word)) {
    return undefined;
  }
  return { device: devices[word.volume] ?? '', offset: word.sector * SECTOR, bytes };
}

async function lookAtVolumes(devices: readonly string[], exec: Exec): Promise<readonly Inside[]> {
  const { probes, pieces } = await settleImages(await probeAlike(devices, undefined, exec), exec);
  const tables = await readTables(devices, probes, exec);
  const found: Inside[] = [];
  for (const device of devices) {
    const table = tables.get(device);
    const probe = probes.get(device);
    const bytes = shownOf(probe) ?? (await bytesOf(device, exec));
    const whole = { device, bytes, table: undefined, content: contentOf(probe), partitions: [] };
    const divided = table && {
      table: tableOf(device, probe),
      partitions: partitionsOf(device, table, pieces.get(device)),
    };
    found.push(divided ? { device, bytes, content: contentOf(undefined), ...divided } : whole);
  }
  return found;
}

/** A device over it must not show the host what a RAID of firmware has at its end. */
function shownOf(found: Probed): number | undefined {
  return found && 'shown' in found ? found.shown : undefined;
}

/** `pieces`: the numbers of those that are pieces of another one. */
function partitionsOf(
  device: string,
  { entries: all, lost, contents }: Table,
  pieces: ReadonlySet<number> = new Set(),
): readonly Partition[] {
  const entries = all.filter(({ number }) => !pieces.has(number));
  const overlaps = overlapsOf(entries);
  const partitions = entries.map(({ number, offset, bytes, type }): Partition => {
    const whole = { device, offset, bytes };
    const found = contents.get(keyOf(whole));
    const content = contentOf(found, purposeOf(type));
    const extent = { ...whole, bytes: shownOf(found) ?? bytes };
    const other = overlaps.get(number);
    // What is at its start may be one of several volumes in it, or a part of one.
    const doubt = other === undefined ? (isDynamic(type) ? DYNAMIC : undefined) : `overlaps with partition ${other}`;
    return { number, extent, content: doubt === undefined ? content : { ...content, doubt } };
  });
  return [...partitions, ...lost];
}
