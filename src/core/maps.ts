import type { Journal } from './journal.ts';
import type { Machine } from './machine.ts';
import type { DeviceMap, MapWord, Volume } from './volume.ts';

/** What device-mapper counts in. */
const SECTOR = 512;

/** A block device that can be mounted, and the device-mapper UUID of what it is or lies on. */
export interface Device {
  readonly device: string;
  readonly uuid: string;
}

/** What maps lie on. */
type Ground = Pick<Volume, 'shape' | 'device' | 'bytes'>;

/** Makes the devices of maps, whose order is kept. */
export async function makeMaps(
  maps: readonly DeviceMap[],
  volumes: readonly Ground[],
  uuids: readonly string[],
  journal: Journal,
  { guests }: Pick<Machine, 'guests'>,
): Promise<readonly Device[]> {
  const images = await exposeImages(maps, volumes, uuids, journal, { guests });
  const first = journal.steps.filter(({ step }) => step.kind === 'map').length;
  const noted = journal.note(guests.mapSteps(maps, uuids, journal.header, first));
  const facts = await guests.map(
    noted,
    maps.map((map) => onImages(map, images)),
    volumes.map(({ device }, index) => images.get(index)?.device ?? device),
  );
  journal.learn(noted, facts);
  return noted.map(({ step }, index) => ({ device: facts[index]?.['device'] ?? '', uuid: step['uuid'] ?? '' }));
}

/** A loop device over the end of an image, from a sector of it. */
interface ImageDevice {
  readonly device: string;
  readonly sector: number;
}

/**
 * Loop devices over the images that maps lie on. Each begins where the maps do: the host's udev and LVM must not find the
 * label of a physical volume, which is before all that LVM keeps there, and make the guest's volume group one of theirs.
 */
async function exposeImages(
  maps: readonly DeviceMap[],
  volumes: readonly Ground[],
  uuids: readonly string[],
  journal: Journal,
  { guests }: Pick<Machine, 'guests'>,
): Promise<ReadonlyMap<number, ImageDevice>> {
  const images = firstSectors(maps, volumes).map(([index, sector]) => {
    const { device = '', bytes = 0 } = volumes[index] ?? {};
    const offset = sector * SECTOR;
    return { index, sector, step: guests.loopStep({ device, offset, bytes: bytes - offset }, uuids[index] ?? '') };
  });
  const noted = journal.note(images.map(({ step }) => step));
  const facts = await guests.attach(noted);
  journal.learn(noted, facts);
  return new Map(images.map(({ index, sector }, place) => [index, { device: facts[place]?.['device'] ?? '', sector }]));
}

/** Of each image that maps lie on. */
function firstSectors(maps: readonly DeviceMap[], volumes: readonly Ground[]): readonly (readonly [number, number])[] {
  const first = new Map<number, number>();
  for (const word of maps.flatMap(({ lines }) => lines.flatMap(({ words }) => words))) {
    if (typeof word === 'string' || !('volume' in word) || volumes[word.volume]?.shape !== 'image') continue;
    first.set(word.volume, Math.min(word.sector, first.get(word.volume) ?? word.sector));
  }
  return [...first];
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
  { guests }: Pick<Machine, 'guests'>,
): readonly { readonly command: string; readonly undo: string }[] {
  const images = firstSectors(maps, volumes).map(([index, sector]) => {
    const { device = '', bytes = 0 } = volumes[index] ?? {};
    return guests.loopCommands({ device, offset: sector * SECTOR, bytes: bytes - sector * SECTOR });
  });
  return [...images, ...guests.mapCommands(maps)];
}
