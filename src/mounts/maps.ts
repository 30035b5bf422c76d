import { Fault, isFault } from '../core/model/fault.ts';
import type { RunNames } from '../core/model/snapshot.ts';
import type { Facts, NotedStep, Outcome, Step, UndoHandler } from '../core/model/step.ts';
import { namesOf } from '../core/text/users.ts';
import type { DeviceMap, MapWord } from '../core/model/volume.ts';
import { deviceNumber, mapperNameNear, mapperNameOf, nodeOf, numbersByUuid } from '../system/kernel/blockdev.ts';
import type { Exec } from '../system/command.ts';
import { createDevice, createDevices, type NewDevice, removeDevices } from '../system/tools/dmsetup.ts';
import { readLoops } from '../system/kernel/loops.ts';
import { readUses } from '../system/kernel/uses.ts';
import { DEVICE_PATIENCE_MS, retryUntilFree } from './retry.ts';

/** More than a VG's and an LV's UUID together have. */
const LONGER = 72;
/** What no path holds. */
const BETWEEN = '\0';

/**
 * Devices over snapshots, known by a device-mapper UUID that holds the run. What is in them may be a physical volume of the
 * guest, which the host's LVM must not see, nor udev, which would have LVM activate it. Both leave alone what looks like
 * an internal device of LVM: a UUID of its form that is longer, and a name of three parts (lvm2 2.03.16,
 * lib/activate/dev_manager.c and udev/11-dm-lvm.rules). A hyphen in what is longer would hide it from our blkid as well
 * (util-linux 2.38.1, sysfs_devno_is_dm_private).
 */
export function mapSteps(
  maps: readonly DeviceMap[],
  volumes: readonly string[],
  { run }: RunNames,
  first: number,
): readonly Step[] {
  const uuidOf = (index: number): string => `LVM-${`holdstill${run}x${first + index}x`.padEnd(LONGER, '0')}`;
  return maps.map(({ key, lines }, index): Step => {
    const words = lines.flatMap((line) => line.words);
    const on = words.flatMap((word) => {
      if (typeof word === 'string' || 'secret' in word) return [];
      if ('volume' in word) return [volumes[word.volume] ?? ''];
      return [uuidOf(maps.findIndex((one) => one.key === word.map))];
    });
    const name = mapName(run, first + index);
    return { kind: 'map', name, uuid: uuidOf(index), label: key, volumes: [...new Set(on)].join(BETWEEN) };
  });
}

/** The third part is what LVM calls a layer. */
export function mapName(run: string, index: number): string {
  return `hs.${run}-${index}-map`;
}

/** Makes the devices: first those that need no other, then those that need these, and so on; a process each time. */
export async function makeMaps(
  steps: readonly NotedStep[],
  maps: readonly DeviceMap[],
  devices: readonly string[],
  exec: Exec,
): Promise<readonly Facts[]> {
  const volumes = devices.map(deviceNumber);
  const made = new Map<string, string>();
  const numberOf = (word: Reference): string | undefined => ('map' in word ? made.get(word.map) : volumes[word.volume]);
  const facts = new Map<string, Facts>();
  let waiting = maps.map((map, index) => ({ map, step: steps[index]?.step ?? { kind: 'map' } }));
  while (waiting.length > 0) {
    const ready = waiting.filter(({ map }) =>
      map.lines.every(({ words }) => words.every((word) => !isReference(word) || numberOf(word) !== undefined)),
    );
    if (ready.length === 0) throw new Fault('volume.unreadable', 'the disks of a guest are no longer there');
    await createAll(
      ready.map(({ map, step }) => ({
        name: step['name'] ?? '',
        uuid: step['uuid'] ?? '',
        label: step['label'] ?? '',
        table: map.lines.map(({ start, sectors, target, words }) =>
          [start, sectors, target, ...words.map((word) => wordOf(word, numberOf))].join(' '),
        ),
      })),
      exec,
    );
    const numbers = numbersByUuid();
    for (const { map, step } of ready) {
      const number = numbers.get(step['uuid'] ?? '');
      if (number === undefined) {
        throw new Fault('volume.unreadable', `${step['label']}: dmsetup made no device of it`);
      }
      made.set(map.key, number);
      facts.set(map.key, { device: nodeOf(number) });
    }
    waiting = waiting.filter((one) => !ready.includes(one));
  }
  return maps.map(({ key }) => facts.get(key) ?? {});
}

/** All in one process. Where that fails, one by one: dmsetup may be too old for it, or one can't be made and is to be named. Throws `volume.unreadable`. */
async function createAll(devices: readonly (NewDevice & { readonly label: string })[], exec: Exec): Promise<void> {
  try {
    return await exec.run(createDevices(devices));
  } catch (error) {
    if (!isFault(error) || error.code !== 'tool.failed') throw error;
  }
  const made = numbersByUuid();
  for (const device of devices.filter(({ uuid }) => !made.has(uuid))) {
    try {
      await exec.run(createDevice(device));
    } catch (error) {
      if (!isFault(error) || error.code !== 'tool.failed') throw error;
      const why = 'its description is damaged, or the kernel lacks a driver';
      throw new Fault('volume.unreadable', `cannot make a device for ${device.label} of a guest: ${why}`, {
        hint: `look at dmesg; if you do not want to save it, leave it out with the task's 'exclude'`,
        cause: error,
      });
    }
  }
}

type Reference = Exclude<MapWord, string | { readonly secret: string }>;

function isReference(word: MapWord): word is Reference {
  return typeof word !== 'string' && !('secret' in word);
}

function wordOf(word: MapWord, numberOf: (word: Reference) => string | undefined): string {
  if (typeof word === 'string') return word;
  if ('secret' in word) return word.secret;
  const number = numberOf(word) ?? '';
  return 'map' in word ? number : `${number} ${word.sector}`;
}

/** Removes our devices, all in one process; one that somebody uses is waited for, for five seconds. */
export function undoMaps(exec: Exec): UndoHandler {
  return {
    kind: 'map',

    undo: (steps) =>
      retryUntilFree(DEVICE_PATIENCE_MS, exec, async (last) => {
        const there = numbersByUuid();
        const names = steps.flatMap(({ step }) => mapperNameOf(step['uuid'] ?? '', there) ?? []);
        const complaint = names.length > 0 ? await exec.run(removeDevices(names)) : '';
        const left = numbersByUuid();
        const uses = last ? readUses(true, await readLoops(exec)) : undefined;
        return steps.map(({ step }): Outcome => {
          const number = left.get(step['uuid'] ?? '');
          if (number === undefined) return { kind: 'undone' };
          const users = uses?.ofDevices(new Set([number]), () => false) ?? [];
          return { kind: 'left', reason: users.length > 0 ? `in use by ${namesOf(users)}` : complaint };
        });
      }),

    dependsOn: ({ step }) => ({ is: step['uuid'], on: (step['volumes'] ?? '').split(BETWEEN) }),

    describe: ({ step, facts }) => {
      const name = mapperNameNear(step['uuid'] ?? '', facts?.['device'] ?? '') ?? step['name'];
      return { what: `the device-mapper device ${name}`, byHand: `dmsetup remove ${name}` };
    },
  };
}
