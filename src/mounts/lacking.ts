import type { Wanted } from '../core/ports/mounts.ts';
import type { PlannedMount } from '../core/model/volume.ts';
import type { Exec } from '../system/command.ts';
import { checkOf } from '../system/tools/fsck.ts';
import { knowsFileSystem } from '../system/kernel/modules.ts';
import { lackOf, moduleLacked } from '../system/needs.ts';
import { driversOf, type Driver } from '../guests/filesystems.ts';
import { foreseeFlags } from './flags.ts';

/** The targets of device-mapper that are in its own module. */
const OF_DM_MOD: ReadonlySet<string> = new Set(['linear', 'striped', 'error']);
/** Those whose module has another name than `dm_<target>`. */
const TARGETS: Readonly<Record<string, string>> = {
  'snapshot-origin': 'dm_snapshot',
  thin: 'dm_thin_pool',
  'thin-pool': 'dm_thin_pool',
};

/** What an opening would need for its mounts and devices and this machine has not: why each of them would fail. */
export function lacking({ mounts, maps, unlocks, check }: Wanted): readonly string[] {
  const looped = mounts.some(({ extent, map }) => extent !== undefined && map === undefined);
  const targets = [...new Set(maps.flatMap(({ lines }) => lines.map(({ target }) => target)))];
  const modules = targets.filter((target) => !OF_DM_MOD.has(target)).map((target) => TARGETS[target] ?? `dm_${target}`);
  const devices = [
    ...(looped ? lackOf({ programs: ['losetup'], modules: ['loop'] }) : []),
    ...(maps.length > 0 ? lackOf({ programs: ['dmsetup'], modules: ['dm_mod', ...modules] }) : []),
    ...(unlocks ? lackOf({ programs: ['cryptsetup', 'dmsetup'], modules: ['dm_crypt'] }) : []),
  ];
  const mounting = mounts.flatMap(({ label, type, trust, snapshotDevice }) => {
    const lack = lackOfDrivers(driversOf(type, trust, snapshotDevice), 'untried');
    return lack === undefined ? [] : [`${label}: ${type} can't be mounted: it needs ${lack}`];
  });
  const checking = check
    ? mounts.flatMap(({ label, type, snapshotDevice }) => {
        const programs = checkOf(type, snapshotDevice)?.tool;
        const lack = programs === undefined ? [] : lackOf({ programs: [programs], modules: [] });
        return lack.map((what) => `${label}: its check needs ${what}`);
      })
    : [];
  return [...devices.map((what) => `the devices of what is in it need ${what}`), ...mounting, ...checking];
}

/** What an opening would have to report of these mounts; one process at most. */
export async function foresee(mounts: readonly PlannedMount[], exec: Exec): Promise<readonly string[]> {
  const notes = new Set<string>();
  for (const { type, trust, snapshotDevice } of mounts) {
    const note = notes.size > 0 ? undefined : await foreseeFlags(driversOf(type, trust, snapshotDevice), exec);
    if (note !== undefined) notes.add(note);
  }
  return [...notes];
}

/** What they need, if none of them can do it; undefined: one can. `tried`: a mount has loaded what the kernel could load. */
export function lackOfDrivers(drivers: readonly Driver[], state: 'tried' | 'untried'): string | undefined {
  const lacks = drivers.map((driver) => lackOfDriver(driver, state).join(' and '));
  return lacks.includes('') ? undefined : lacks.join(', or ');
}

function lackOfDriver({ type, module, programs }: Driver, state: 'tried' | 'untried'): readonly string[] {
  const known = module === undefined || knowsFileSystem(module === 'fuse' ? module : type);
  if (state === 'untried') return lackOf({ programs, modules: known ? [] : [module] });
  return [...lackOf({ programs, modules: [] }), ...(known ? [] : [moduleLacked(module)])];
}
