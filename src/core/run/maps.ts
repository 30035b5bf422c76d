import { SECTOR } from '../text/bytes.ts';
import type { Journal } from '../journal/journal.ts';
import type { CommandPair } from '../ports/devices.ts';
import type { Machine } from '../ports/machine.ts';
import type { DeviceMap, Extent, MapWord, Volume } from '../model/volume.ts';

/** Sectors. No label or superblock lies that far before what it describes, so it is not where it says. */
const BEFORE = 7;

/** A block device that can be mounted, and the device-mapper UUID of what it is or lies on. */
export interface Device {
  readonly device: string;
  readonly uuid: string;
}

/** What maps lie on. */
type Ground = Pick<Volume, 'looped' | 'device' | 'bytes'>;

/** Makes the devices of maps, whose order is kept. */
export async function makeMaps(
  maps: readonly DeviceMap[],
  volumes: readonly Ground[],
  uuids: readonly string[],
  journal: Journal,
  machine: Pick<Machine, 'maps' | 'loops'>,
): Promise<readonly Device[]> {
  if (maps.length === 0) return [];
  const images = await exposeImages(maps, volumes, uuids, journal, machine);
  const first = journal.steps.filter(({ step }) => step.kind === 'map').length;
  const noted = journal.note(machine.maps.steps(maps, uuids, journal.header, first));
  const facts = await machine.maps.make(
    noted,
    maps.map((map) => onImages(map, images)),
    volumes.map(({ device }, index) => images.get(index)?.device ?? device),
  );
  journal.learn(noted, facts);
  return noted.map(({ step }, index) => ({ device: facts[index]?.['device'] ?? '', uuid: step['uuid'] ?? '' }));
}

/** A loop device over a stretch of an image that begins at this sector of it. */
interface ImageDevice {
  readonly device: string;
  readonly sector: number;
}

/**
 * Loop devices over the images that maps lie on, each over no more than the maps need. The host's udev, LVM and mdadm must
 * find no physical volume and no part of a RAID in them: the labels of these say in which sector they stand, and by a
 * device that begins a few sectors early they stand in another.
 */
async function exposeImages(
  maps: readonly DeviceMap[],
  volumes: readonly Ground[],
  uuids: readonly string[],
  journal: Journal,
  { loops }: Pick<Machine, 'loops'>,
): Promise<ReadonlyMap<number, ImageDevice>> {
  const images = stretchesOf(maps, volumes).map(({ index, sector, extent }) => {
    return { index, sector, step: loops.step(extent, uuids[index] ?? '') };
  });
  if (images.length === 0) return new Map();
  const noted = journal.note(images.map(({ step }) => step));
  const facts = await loops.make(noted);
  journal.learn(noted, facts);
  return new Map(images.map(({ index, sector }, place) => [index, { device: facts[place]?.['device'] ?? '', sector }]));
}

interface Stretch {
  /** Of the volume. */
  readonly index: number;
  /** Where it begins. */
  readonly sector: number;
  readonly extent: Extent;
}

/** Of each image that maps lie on. */
function stretchesOf(maps: readonly DeviceMap[], volumes: readonly Ground[]): readonly Stretch[] {
  const places = maps.flatMap(({ lines }) =>
    lines.flatMap(({ words, sectors }) =>
      words.flatMap((word) => {
        if (typeof word === 'string' || !('volume' in word)) return [];
        return [{ index: word.volume, first: word.sector, end: word.sector + sectors }];
      }),
    ),
  );
  return [...new Set(places.map(({ index }) => index))].flatMap((index) => {
    const { looped, device = '', bytes = 0 } = volumes[index] ?? {};
    if (!looped) return [];
    const own = places.filter((place) => place.index === index);
    const first = own.reduce((least, place) => Math.min(least, place.first), Infinity);
    const end = own.reduce((most, place) => Math.max(most, place.end), 0);
    const sector = Math.max(0, first - BEFORE);
    const offset = sector * SECTOR;
    return [{ index, sector, extent: { device, offset, bytes: Math.min(bytes, end * SECTOR) - offset } }];
  });
}

/** Why loop devices may not be made over the images that maps lie on, by the index of the volume. */
export async function visibleIn(
  maps: readonly DeviceMap[],
  volumes: readonly Ground[],
  { inspector }: Pick<Machine, 'inspector'>,
): Promise<ReadonlyMap<number, string>> {
  const stretches = stretchesOf(maps, volumes);
  const found = await inspector.mistakableIn(stretches.map(({ extent }) => extent));
  return new Map(
    stretches.flatMap(({ index }, place): [number, string][] => {
      const what = found[place];
      const reason = `is where its image contains ${what}, and the host would take that for its own; save it from inside the guest`;
      return what === undefined ? [] : [[index, reason]];
    }),
  );
}

/** The indices of the volumes that maps lie on. */
export function volumesUnder(maps: readonly DeviceMap[]): readonly number[] {
  const words = maps.flatMap(({ lines }) => lines.flatMap((line) => line.words));
  return [...new Set(words.flatMap((word) => (typeof word !== 'string' && 'volume' in word ? [word.volume] : [])))];
}

function onImages(map: DeviceMap, images: ReadonlyMap<number, ImageDevice>): DeviceMap {
  const moved = (word: MapWord): MapWord =>
    typeof word === 'string' || !('volume' in word)
      ? word
      : { ...word, sector: word.sector - (images.get(word.volume)?.sector ?? 0) };
  return { ...map, lines: map.lines.map((line) => ({ ...line, words: line.words.map(moved) })) };
}

/** The commands that would make the devices of maps, for people. */
export function mapCommands(
  maps: readonly DeviceMap[],
  volumes: readonly Ground[],
  machine: Pick<Machine, 'maps' | 'loops'>,
): readonly CommandPair[] {
  const images = stretchesOf(maps, volumes).map(({ extent }) => machine.loops.commands(extent));
  return [...images, ...machine.maps.commands(maps)];
}
