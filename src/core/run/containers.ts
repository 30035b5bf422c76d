import { unwanted } from '../model/selection.ts';
import { Fault, isFault } from '../model/fault.ts';
import { ancestorPartitions, ancestorTypes } from '../model/ancestors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Machine } from '../ports/machine.ts';
import { makeMaps, visibleIn, type Device } from './maps.ts';
import type { Task } from '../model/task.ts';
import type { Container, Member, MemberPlace, DeviceToInspect, Inspection } from '../model/volume.ts';

/** A software RAID may hold itself. */
const DEEPEST = 4;

/** What is in snapshots, and in what was opened in them. */
export interface Inspected {
  readonly seen: Inspection;
  /** The device-mapper UUIDs of all volumes. */
  readonly uuids: readonly string[];
}

/** Looks into snapshots, opens the containers in them, looks into these, and so on. */
export async function inspectAll(
  snapshots: readonly DeviceToInspect[],
  snapshotUuids: readonly string[],
  task: Pick<Task, 'choice' | 'keys'>,
  journal: Journal,
  machine: Machine,
): Promise<Inspected> {
  const places = [...snapshots];
  const uuids = [...snapshotUuids];
  const locked: Member[] = [];
  const tried = new Set<string>();
  let seen = await machine.inspector.inspect(places);
  for (;;) {
    machine.checkInterrupted();
    const next = seen.containers.filter((one) => !tried.has(nameOf(one)) && isWanted(one, seen, task));
    if (next.length === 0) return { seen: { ...seen, members: [...seen.members, ...locked] }, uuids };
    for (const container of next) {
      tried.add(nameOf(container));
      const within = { volume: container.volume, partition: container.partition };
      const opened = await tryToOpen(container, task.keys, seen, uuids, journal, machine);
      if (typeof opened === 'string') {
        locked.push({ ...within, reason: opened, harmless: false });
      } else {
        places.push({ shape: 'device', device: opened.device, within });
        uuids.push(opened.uuid);
      }
    }
    seen = await machine.inspector.inspect(places, seen);
  }
}

/** A text says why it can't be opened. */
async function tryToOpen(
  container: Container,
  keys: readonly string[],
  seen: Inspection,
  uuids: readonly string[],
  journal: Journal,
  machine: Machine,
): Promise<Device | string> {
  if (depthOf(container, seen) >= DEEPEST) return 'is nested too deeply';
  const { kind, maps } = container;
  const [visible] = (await visibleIn(maps, seen.volumes, machine)).values();
  if (visible !== undefined) return visible;
  const device = (await makeMaps(maps, seen.volumes, uuids, journal, machine)).at(-1);
  if (!device) return 'cannot be made a device';
  if (kind !== 'luks') return device;
  const part = container.partition === undefined ? '' : `, partition ${container.partition},`;
  const what = `${seen.volumes[container.volume]?.device}${part}`;
  return decrypt(device, { key: maps.at(-1)?.key ?? '', what }, keys, journal, machine);
}

/**
 * The device that shows what is encrypted in another one, which the key of a map distinguishes from all others, and `what` people
 * know it by; a text says why there is none.
 */
export async function decrypt(
  { device, uuid }: Device,
  { key, what }: { readonly key: string; readonly what: string },
  keys: readonly string[],
  journal: Journal,
  machine: Machine,
): Promise<Device | string> {
  const map = await machine.unlocker.unlock(key, device, keys).catch((error: unknown) => {
    if (!isFault(error) || error.code === 'tool.missing') throw error;
    throw new Fault(error.code, `${what} can't be decrypted: ${error.message}`, {
      hint: `look at it: cryptsetup luksDump; if you do not want to save it, leave it out with the task's 'exclude'`,
      cause: error,
    });
  });
  if (typeof map === 'string') return map;
  const [made] = await makeMaps([map], [{ looped: false, device, bytes: 0 }], [uuid], journal, machine);
  return made ?? 'cannot be made a device';
}

/** In how many containers it is. */
function depthOf({ volume }: MemberPlace, { volumes }: Inspection): number {
  let depth = 0;
  for (let within = volumes[volume]?.within; within; within = volumes[within.volume]?.within) depth += 1;
  return depth;
}

function isWanted(container: Container, seen: Inspection, { choice, keys }: Pick<Task, 'choice' | 'keys'>): boolean {
  const [numbers, within] = [ancestorPartitions(container, seen), ancestorTypes(container, seen)];
  const traits = { numbers, vg: undefined, lv: undefined, content: undefined, within };
  // What an LV of it is called is not known yet.
  const byLv = choice.partitions.some(({ kind }) => kind === 'lv');
  return (container.kind === 'md' || keys.length > 0) && (byLv || unwanted(choice, traits) === undefined);
}

function nameOf({ volume, partition }: Container): string {
  return `${volume}.${partition ?? ''}`;
}
