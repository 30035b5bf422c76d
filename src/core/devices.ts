import type { Journal } from './journal.ts';
import type { Contents } from './layout.ts';
import type { Machine } from './machine.ts';
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

/**
 * Makes devices of those logical volumes of guests that may be mounted, in one go, and looks into those that could not be
 * looked into before. `uuids`: of the snapshots.
 */
export async function mapLvs(
  { volumes, groups }: Seen,
  uuids: readonly string[],
  journal: Journal,
  { guests }: Pick<Machine, 'guests'>,
): Promise<Mapped> {
  const wanted = wantedLvs(groups, guests);
  const all = mapsOf(wanted);
  if (all.length === 0) return { devices: new Map(), contents: new Map() };
  const noted = journal.note(guests.mapSteps(all, uuids, journal.header));
  const facts = await guests.map(
    noted,
    all,
    volumes.map(({ device }) => device),
  );
  journal.learn(noted, facts);
  const devices = new Map(
    all.map(({ key }, index): [string, Device] => [
      key,
      { device: facts[index]?.['device'] ?? '', uuid: noted[index]?.step['uuid'] ?? '' },
    ]),
  );
  const unknown = wanted.filter(({ content }) => !content);
  const seen = await guests.look(unknown.map((lv) => devices.get(keyOf(lv))?.device ?? ''));
  const contents = new Map(
    unknown.map((lv, index): [GuestLv, Content] => {
      const { table, content } = seen.volumes[index] ?? {};
      const doubt = table === undefined ? undefined : 'holds a partition table, which is not looked for there';
      return [lv, doubt !== undefined || !content ? { type: undefined, uuid: undefined, doubt } : content];
    }),
  );
  return { devices, contents };
}

/** The maps that would be made. */
export function mapsFor({ groups }: Seen, { guests }: Pick<Machine, 'guests'>): readonly DeviceMap[] {
  return mapsOf(wantedLvs(groups, guests));
}

function wantedLvs(groups: Seen['groups'], guests: Machine['guests']): readonly GuestLv[] {
  return groups
    .flatMap(({ lvs }) => lvs)
    .filter(({ refused, content }) => !refused && (!content || !guests.refusal(content)));
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
  const steps = mounts.flatMap(({ extent, origin }) => (extent ? [guests.loopStep(extent, uuids[origin] ?? '')] : []));
  const noted = journal.note(steps);
  const facts = await guests.attach(noted);
  journal.learn(noted, facts);
  let next = 0;
  return mounts.map(({ extent, map, origin, snapshotDevice }): Device => {
    const uuid = uuids[origin] ?? '';
    if (extent) return { device: facts[next++]?.['device'] ?? '', uuid };
    return (map === undefined ? undefined : mapped.devices.get(map)) ?? { device: snapshotDevice, uuid };
  });
}
