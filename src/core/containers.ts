import { unwanted } from './choice.ts';
import { makeMaps } from './devices.ts';
import type { Journal } from './journal.ts';
import type { Machine } from './machine.ts';
import type { Task } from './task.ts';
import type { Container, Member, Place, Seen } from './volume.ts';

/** What is in snapshots, and in what was opened in them. */
export interface Looked {
  readonly seen: Seen;
  /** The device-mapper UUIDs of all volumes. */
  readonly uuids: readonly string[];
}

/** Looks into snapshots, opens the containers in them, looks into these, and so on. */
export async function lookThrough(
  snapshots: readonly Place[],
  snapshotUuids: readonly string[],
  task: Pick<Task, 'choice' | 'keys'>,
  journal: Journal,
  machine: Machine,
): Promise<Looked> {
  const places = [...snapshots];
  const uuids = [...snapshotUuids];
  const locked: Member[] = [];
  const tried = new Set<string>();
  let seen = await machine.guests.look(places);
  for (;;) {
    machine.checkInterrupted();
    const next = seen.containers.filter((one) => !tried.has(nameOf(one)) && isWanted(one, task));
    if (next.length === 0) return { seen: { ...seen, members: [...seen.members, ...locked] }, uuids };
    for (const container of next) {
      tried.add(nameOf(container));
      const within = { volume: container.volume, partition: container.partition };
      let made = await makeMaps(container.maps, seen, uuids, journal, machine);
      if (container.kind === 'luks') {
        const opened = await machine.guests.unlock(container, made.at(-1)?.device ?? '', task.keys);
        if (typeof opened === 'string') {
          locked.push({ ...within, reason: opened, harmless: false });
          continue;
        }
        made = await makeMaps(opened, seen, uuids, journal, machine);
      }
      const [device] = made.slice(-1);
      if (!device) continue;
      places.push({ shape: 'device', device: device.device, within });
      uuids.push(device.uuid);
    }
    seen = await machine.guests.look(places);
  }
}

function isWanted({ kind, partition }: Container, { choice, keys }: Pick<Task, 'choice' | 'keys'>): boolean {
  const traits = { number: partition, vg: undefined, lv: undefined, content: undefined };
  return (kind === 'md' || keys.length > 0) && unwanted(choice, traits) === undefined;
}

function nameOf({ volume, partition }: Container): string {
  return `${volume}.${partition ?? ''}`;
}
