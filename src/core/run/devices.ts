import { unwanted } from '../model/selection.ts';
import { decrypt, type Inspected } from './containers.ts';
import { SECTOR } from '../text/bytes.ts';
import type { Journal } from '../journal/journal.ts';
import { contentOf, refusedLv, type Contents } from './layout.ts';
import type { Inspector } from '../ports/guests.ts';
import type { Machine } from '../ports/machine.ts';
import { makeMaps, visibleIn, volumesUnder, type Device } from './maps.ts';
import { ancestorPartitions, ancestorTypes } from '../model/ancestors.ts';
import type { Task } from '../model/task.ts';
import type { Content, DeviceMap, GuestLv, PlannedMount, Inspection } from '../model/volume.ts';

type Wishes = Pick<Task, 'choice' | 'trust' | 'keys'>;

/** The logical volumes of guests as devices. */
export interface Mapped {
  /** By the key of the map. */
  readonly devices: ReadonlyMap<string, Device>;
  readonly contents: Contents;
}

/**
 * Makes devices of those logical volumes of guests that may be mounted, in one go, looks into those that could not be
 * looked into before, and decrypts those that are encrypted. `uuids`: of the snapshots.
 */
export async function mapLvs(
  seen: Inspection,
  task: Wishes,
  uuids: readonly string[],
  journal: Journal,
  machine: Machine,
): Promise<Mapped> {
  const { inspector } = machine;
  const { unseen: wanted, contents } = await unseenByHost(wantedLvs(seen, task, inspector), seen, machine);
  const all = mapsOf(wanted);
  if (all.length === 0) return { devices: new Map(), contents };
  const made = await makeMaps(all, seen.volumes, uuids, journal, machine);
  const devices = new Map(all.map(({ key }, index) => [key, made[index] ?? NO_DEVICE]));
  const unknown = wanted.filter(({ content }) => !content);
  const inside = await lookInto(
    unknown.map((lv) => devices.get(keyOf(lv))),
    inspector,
  );
  unknown.forEach((lv, index) => contents.set(lv, inside[index]?.content ?? NOTHING));
  const encrypted = wanted.filter((lv) => lv.encrypted ?? inside[unknown.indexOf(lv)]?.encrypted);
  for (const lv of task.keys.length > 0 ? encrypted : []) {
    machine.checkInterrupted();
    const part = devices.get(keyOf(lv)) ?? NO_DEVICE;
    const what = `the guest's logical volume ${lv.name}`;
    const opened = await decrypt(part, { key: keyOf(lv), what }, task.keys, journal, machine);
    if (typeof opened === 'string') {
      contents.set(lv, { ...(contents.get(lv) ?? lv.content ?? NOTHING), doubt: opened });
    } else {
      const [found] = await lookInto([opened], inspector);
      devices.set(keyOf(lv), opened);
      contents.set(lv, found?.content ?? NOTHING);
    }
  }
  return { devices, contents };
}

const NOTHING: Content = { type: undefined, uuid: undefined, doubt: undefined };
const NO_DEVICE: Device = { device: '', uuid: '' };

/** What is on the whole of devices that are not disks. */
async function lookInto(
  devices: readonly (Device | undefined)[],
  inspector: Inspector,
): Promise<readonly { readonly content: Content; readonly encrypted: boolean }[]> {
  const seen = await inspector.inspect(devices.map((one) => ({ shape: 'device', device: one?.device ?? '' })));
  return seen.volumes.map(({ table, content }, index) => {
    const doubt = 'contains a partition table, and holdstill does not look for one there';
    const encrypted = seen.containers.some(({ kind, volume }) => kind === 'luks' && volume === index);
    return table === undefined ? { content, encrypted } : { content: { ...NOTHING, doubt }, encrypted: false };
  });
}

/** Those whose devices show the host nothing that it would take for its own; of the others why they are not made devices. */
async function unseenByHost(
  wanted: readonly GuestLv[],
  { volumes }: Inspection,
  machine: Machine,
): Promise<{ readonly unseen: readonly GuestLv[]; readonly contents: Map<GuestLv, Content> }> {
  const contents = new Map<GuestLv, Content>();
  // Without some of them a device over an image begins elsewhere.
  for (let unseen = wanted; ; unseen = unseen.filter((lv) => !contents.has(lv))) {
    const visible = await visibleIn(mapsOf(unseen), volumes, machine);
    if (visible.size === 0) return { unseen, contents };
    for (const lv of unseen) {
      const [doubt] = volumesUnder(lv.maps).flatMap((volume) => visible.get(volume) ?? []);
      if (doubt !== undefined) contents.set(lv, { ...NOTHING, doubt });
    }
  }
}

/** The maps that would be made. */
export function mapsFor(
  seen: Inspection,
  task: Wishes,
  { inspector }: Pick<Machine, 'inspector'>,
): readonly DeviceMap[] {
  return mapsOf(wantedLvs(seen, task, inspector));
}

function wantedLvs(seen: Inspection, { choice, trust, keys }: Wishes, inspector: Inspector): readonly GuestLv[] {
  return seen.groups.flatMap(({ name: vg, lvs, ...place }) => {
    const numbers = ancestorPartitions(place, seen);
    return lvs.filter((lv) => {
      const content = contentOf(lv, keys.length > 0);
      if (refusedLv(lv, trust) || (content && inspector.refusal(content, trust, []))) return false;
      const within = [...(lv.encrypted ? ['crypto_LUKS'] : []), ...ancestorTypes(place, seen)];
      return unwanted(choice, { numbers, vg, lv: lv.name, content, within }) === undefined;
    });
  });
}

/** Each once, although several LVs may need it. */
function mapsOf(lvs: readonly GuestLv[]): readonly DeviceMap[] {
  return [...new Map(lvs.flatMap(({ maps }) => maps.map((map) => [map.key, map]))).values()];
}

function keyOf({ maps }: GuestLv): string {
  return maps.at(-1)?.key ?? '';
}

/** The maps that make devices of partitions which are going to be mounted; their keys are the labels of the mounts. */
export function partitionMaps(mounts: readonly PlannedMount[]): readonly DeviceMap[] {
  return mounts.flatMap(({ extent, map, volume }) => {
    if (!extent || map === undefined) return [];
    const words = [{ volume, sector: extent.offset / SECTOR }];
    return [{ key: map, lines: [{ start: 0, sectors: extent.bytes / SECTOR, target: 'linear', words }] }];
  });
}

/** For each mount the device it is of: the snapshot, a map, or a loop device over a stretch of an image. */
export async function devicesFor(
  mounts: readonly PlannedMount[],
  { seen, uuids }: Inspected,
  mapped: Mapped,
  journal: Journal,
  machine: Pick<Machine, 'maps' | 'loops'>,
): Promise<readonly Device[]> {
  const partitions = partitionMaps(mounts);
  const made = await makeMaps(partitions, seen.volumes, uuids, journal, machine);
  const parts = new Map(partitions.map(({ key }, index) => [key, made[index]]));
  const steps = mounts.flatMap(({ extent, map, volume }) =>
    extent && map === undefined ? [machine.loops.step(extent, uuids[volume] ?? '')] : [],
  );
  const noted = journal.note(steps);
  const facts = noted.length > 0 ? await machine.loops.make(noted) : [];
  journal.learn(noted, facts);
  let next = 0;
  return mounts.map(({ extent, map, volume, snapshotDevice }): Device => {
    const uuid = uuids[volume] ?? '';
    if (map === undefined) return { device: extent ? (facts[next++]?.['device'] ?? '') : snapshotDevice, uuid };
    const device = extent ? parts.get(map) : mapped.devices.get(map);
    if (!device) throw new Error(`no device was made of ${map}`);
    return device;
  });
}
