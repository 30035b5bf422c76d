import { unwanted } from './choice.ts';
import type { Journal } from './journal.ts';
import type { Contents } from './layout.ts';
import type { Machine } from './machine.ts';
import { outerPartition } from './outer.ts';
import type { Task } from './task.ts';
import type { Content, DeviceMap, GuestLv, MapWord, PlannedMount, Seen } from './volume.ts';

/** What device-mapper counts in. */
const SECTOR = 512;

/** A block device that can be mounted, and the device-mapper UUID of what it is or lies on. */
export interface Device {
  readonly device: string;
  readonly uuid: string;
}

/** The logical volumes of guests as devices. */
export interface Mapped {
  /** By the key of the map. */
  readonly devices: ReadonlyMap<string, Device>;
  readonly contents: Contents;
}

/**
 * Makes devices of those logical volumes of guests that may be mounted, in one go, and looks into those that could not be
 * looked into before. `uuids`: of the snapshots.
 */
export async function mapLvs(
  seen: Seen,
  task: Pick<Task, 'choice' | 'trust'>,
  uuids: readonly string[],
  journal: Journal,
  { guests }: Pick<Machine, 'guests'>,
): Promise<Mapped> {
  const wanted = wantedLvs(seen, task, guests);
  const all = mapsOf(wanted);
  if (all.length === 0) return { devices: new Map(), contents: new Map() };
  const made = await makeMaps(all, seen, uuids, journal, { guests });
  const devices = new Map(all.map(({ key }, index) => [key, made[index] ?? { device: '', uuid: '' }]));
  const unknown = wanted.filter(({ content }) => !content);
  const inside = await guests.look(
    unknown.map((lv) => ({ shape: 'device', device: devices.get(keyOf(lv))?.device ?? '' })),
  );
  const contents = new Map(
    unknown.map((lv, index): [GuestLv, Content] => {
      const { table, content } = inside.volumes[index] ?? {};
      const doubt = table === undefined ? undefined : 'holds a partition table, which is not looked for there';
      return [lv, doubt !== undefined || !content ? { type: undefined, uuid: undefined, doubt } : content];
    }),
  );
  return { devices, contents };
}

/** Makes the devices of maps, whose order is kept. */
export async function makeMaps(
  maps: readonly DeviceMap[],
  { volumes }: Seen,
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
  volumes: Seen['volumes'],
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
function firstSectors(maps: readonly DeviceMap[], volumes: Seen['volumes']): readonly (readonly [number, number])[] {
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
  { volumes }: Pick<Seen, 'volumes'>,
  { guests }: Pick<Machine, 'guests'>,
): readonly { readonly command: string; readonly undo: string }[] {
  const images = firstSectors(maps, volumes).map(([index, sector]) => {
    const { device = '', bytes = 0 } = volumes[index] ?? {};
    return guests.loopCommands({ device, offset: sector * SECTOR, bytes: bytes - sector * SECTOR });
  });
  return [...images, ...guests.mapCommands(maps)];
}

/** The maps that would be made. */
export function mapsFor(
  seen: Seen,
  task: Pick<Task, 'choice' | 'trust'>,
  { guests }: Pick<Machine, 'guests'>,
): readonly DeviceMap[] {
  return mapsOf(wantedLvs(seen, task, guests));
}

function wantedLvs(
  seen: Seen,
  { choice, trust }: Pick<Task, 'choice' | 'trust'>,
  guests: Machine['guests'],
): readonly GuestLv[] {
  return seen.groups.flatMap(({ name: vg, lvs, ...place }) => {
    const number = outerPartition(place, seen);
    return lvs.filter(
      ({ name: lv, refused, content }) =>
        !refused &&
        (!content || !guests.refusal(content, trust, [])) &&
        unwanted(choice, { number, vg, lv, content }) === undefined,
    );
  });
}

/** Each once, although several LVs may need it. */
function mapsOf(lvs: readonly GuestLv[]): readonly DeviceMap[] {
  return [...new Map(lvs.flatMap(({ maps }) => maps.map((map) => [map.key, map]))).values()];
}

function keyOf({ maps }: GuestLv): string {
  return maps.at(-1)?.key ?? '';
}

/** For each mount the device it is of: the snapshot, a loop device over a partition of it, or a map. */
export async function devicesFor(
  mounts: readonly PlannedMount[],
  uuids: readonly string[],
  mapped: Mapped,
  journal: Journal,
  { guests }: Pick<Machine, 'guests'>,
): Promise<readonly Device[]> {
  const steps = mounts.flatMap(({ extent, volume }) => (extent ? [guests.loopStep(extent, uuids[volume] ?? '')] : []));
  const noted = journal.note(steps);
  const facts = await guests.attach(noted);
  journal.learn(noted, facts);
  let next = 0;
  return mounts.map(({ extent, map, volume, snapshotDevice }): Device => {
    const uuid = uuids[volume] ?? '';
    if (extent) return { device: facts[next++]?.['device'] ?? '', uuid };
    if (map === undefined) return { device: snapshotDevice, uuid };
    const made = mapped.devices.get(map);
    if (!made) throw new Error(`nothing was made of ${map}`);
    return made;
  });
}
