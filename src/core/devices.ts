import { unwanted } from './choice.ts';
import type { Journal } from './journal.ts';
import type { Contents } from './layout.ts';
import type { Machine } from './machine.ts';
import { outerPartition } from './outer.ts';
import type { PlannedSnapshot } from './provider.ts';
import type { Task } from './task.ts';
import type { Content, DeviceMap, GuestLv, PlannedMount, Seen } from './volume.ts';

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

/** Where each snapshot can be looked into: an image gets a loop device over it, as nothing else makes a device of it. */
export async function exposeImages(
  planned: readonly PlannedSnapshot[],
  uuids: readonly string[],
  journal: Journal,
  { guests }: Pick<Machine, 'guests'>,
): Promise<readonly string[]> {
  const images = planned.flatMap(({ origin: { shape, bytes }, device }, index) =>
    shape === 'image' ? [{ index, step: guests.loopStep({ device, offset: 0, bytes }, uuids[index] ?? '') }] : [],
  );
  const noted = journal.note(images.map(({ step }) => step));
  const facts = await guests.attach(noted);
  journal.learn(noted, facts);
  const loops = new Map(images.map(({ index }, place) => [index, facts[place]?.['device'] ?? '']));
  return planned.map(({ device }, index) => loops.get(index) ?? device);
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
  const first = journal.steps.filter(({ step }) => step.kind === 'map').length;
  const noted = journal.note(guests.mapSteps(maps, uuids, journal.header, first));
  const facts = await guests.map(
    noted,
    maps,
    volumes.map(({ device }) => device),
  );
  journal.learn(noted, facts);
  return noted.map(({ step }, index) => ({ device: facts[index]?.['device'] ?? '', uuid: step['uuid'] ?? '' }));
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
