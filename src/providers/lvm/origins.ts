import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '../../core/fault.ts';
import type { Origin, Resolved } from '../../core/provider.ts';
import type { Source } from '../../core/task.ts';
import { deviceNumber } from '../../system/blockdev.ts';
import type { LvRow } from '../../system/lvm.ts';
import { readMounts, type MountEntry } from '../../system/mountinfo.ts';
import { matchesGlob } from '../../core/glob.ts';

/** Finds the LVs that a source means. Throws `origin.unknown`, `origin.none`, `origin.unsuitable`. */
export function resolveSource(
  source: Source,
  rows: readonly LvRow[],
  remember: (origin: Origin, row: LvRow) => void,
): Resolved {
  const originOf = (row: LvRow, more: Partial<Origin> = {}): Origin => {
    const origin: Origin = {
      provider: 'lvm',
      label: `${row.vg}/${row.name}`,
      directory: [row.name],
      bytes: row.bytes,
      device: `/dev/${row.vg}/${row.name}`,
      subdirectory: undefined,
      asked: undefined,
      ...more,
    };
    remember(origin, row);
    return origin;
  };
  switch (source.kind) {
    case 'lv':
      return { origins: [originOf(suitable(find(source.vg, source.lv, rows)))], leftOut: [] };
    case 'path': {
      const { row, subdirectory, others } = findBehind(source.path, rows);
      return {
        origins: [originOf(suitable(row), { subdirectory, asked: source.path })],
        leftOut: others.map((other) => ({
          label: other.point,
          reason: `is a file system of its own (${other.source}), not in this snapshot`,
        })),
      };
    }
    case 'each': {
      const matching = rows.filter((row) => row.vg === source.vg && matchesGlob(row.name, source.glob));
      const wanted = matching.filter((row) => !source.exclude.some((glob) => matchesGlob(row.name, glob)));
      const leftOut = wanted.flatMap((row) => {
        const reason = noOrigin(row);
        return reason === undefined ? [] : [{ label: `${row.vg}/${row.name}`, reason }];
      });
      const origins = wanted.filter((row) => noOrigin(row) === undefined).map((row) => originOf(suitable(row)));
      if (origins.length === 0) throw nothingMatches(source, rows, matching.length);
      return { origins, leftOut };
    }
  }
}

function find(vg: string, lv: string, rows: readonly LvRow[]): LvRow {
  const row = rows.find((one) => one.vg === vg && one.name === lv);
  if (row) return row;
  const siblings = rows.filter((one) => one.vg === vg).map(({ name }) => name);
  throw siblings.length === 0
    ? unknownVg(vg, rows)
    : new Fault('origin.unknown', `volume group ${vg} has no logical volume ${lv}`, {
        hint: `it has ${shortList(siblings)}`,
      });
}

function nothingMatches(source: Source & { kind: 'each' }, rows: readonly LvRow[], matching: number): Fault {
  const inVg = rows.filter(({ vg }) => vg === source.vg);
  if (inVg.length === 0) return unknownVg(source.vg, rows);
  const why = matching > 0 ? `all ${matching} that match are excluded or are no origins` : 'no logical volume matches';
  return new Fault('origin.none', `${source.vg}/${source.glob}: ${why}`, {
    hint: `${source.vg} has ${shortList(inVg.map(({ name }) => name))}`,
  });
}

function unknownVg(vg: string, rows: readonly LvRow[]): Fault {
  const vgs = [...new Set(rows.map((row) => row.vg))];
  return new Fault('origin.unknown', `there is no volume group ${vg} with logical volumes on this host`, {
    hint: vgs.length > 0 ? `there are ${shortList(vgs)}` : `type: vgs`,
  });
}

interface Behind {
  readonly row: LvRow;
  /** Where in the file system of the LV the path is. */
  readonly subdirectory: string;
  /** File systems of their own below the path, which are not in the snapshot. */
  readonly others: readonly MountEntry[];
}

/** The LV whose file system holds a path. */
function findBehind(asked: string, rows: readonly LvRow[]): Behind {
  let real: string;
  try {
    real = fs.realpathSync(asked);
  } catch (error) {
    throw new Fault('origin.unknown', `${asked} can't be found: ${(error as NodeJS.ErrnoException).code}`, {
      cause: error,
    });
  }
  if (!fs.statSync(real).isDirectory()) {
    throw new Fault('origin.unsuitable', `${asked} is no directory`, { hint: 'name the directory that holds it' });
  }
  const holds = (point: string): boolean => real === point || real.startsWith(point === '/' ? '/' : `${point}/`);
  const mounts = readMounts();
  const longest = mounts.reduce<MountEntry | undefined>(
    (best, entry) => (holds(entry.point) && entry.point.length >= (best?.point.length ?? 0) ? entry : best),
    undefined,
  );
  const number = longest && (deviceNumber(longest.source) ?? longest.device);
  const row = rows.find((one) => one.number !== undefined && one.number === number);
  if (!longest || !row) {
    throw new Fault('origin.unknown', `${asked} is not on a logical volume`, {
      hint: longest ? `it is on ${longest.source} (${longest.type}), mounted at ${longest.point}` : 'type: findmnt',
    });
  }
  const below = real === '/' ? '/' : `${real}/`;
  return {
    row,
    subdirectory: path.join(longest.root, path.relative(longest.point, real)).replace(/^\//, ''),
    others: mounts.filter(({ point, source }) => point !== '/' && point.startsWith(below) && source.startsWith('/')),
  };
}

/** Why an LV is not even meant by a pattern that fits its name. */
function noOrigin(row: LvRow): string | undefined {
  if (row.roles.includes('thicksnapshot')) return `is itself a snapshot, of ${row.vg}/${row.origin}`;
  if (row.layout.includes('pool')) return `is a ${row.layout.filter((word) => word !== 'pool').join(' ')} pool`;
  if (row.tags.includes('holdstill')) return 'is a snapshot of holdstill';
  return undefined;
}

/** Throws `origin.unsuitable` with the reason why LVM can't snapshot this LV, before anything is tried. */
function suitable(row: LvRow): LvRow {
  const reason =
    noOrigin(row) ??
    (row.merging ? 'is merging with a snapshot' : undefined) ??
    (row.locked ? 'is locked by a pvmove' : undefined) ??
    (row.active ? undefined : 'is not active on this host') ??
    (row.suspended ? 'is suspended' : undefined) ??
    (row.health === 'partial' ? 'misses a physical volume' : undefined);
  if (reason === undefined) return row;
  throw new Fault('origin.unsuitable', `${row.vg}/${row.name} can't be an origin: it ${reason}`, {
    hint: row.active ? '' : `type: lvchange -ay ${row.vg}/${row.name}, or leave it out`,
  });
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}
