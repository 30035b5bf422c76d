import { Fault } from '../../core/fault.ts';
import type { Origin, Resolved } from '../../core/provider.ts';
import type { Source } from '../../core/task.ts';
import { checkDirectory, type Behind } from '../../system/behind.ts';
import { deviceNumber } from '../../system/blockdev.ts';
import type { LvRow } from '../../system/lvs.ts';
import { matchesGlob } from '../../core/glob.ts';

/**
 * Finds the LVs that a source means; undefined: it is of another kind, or the path is on no LV. `behind`: what holds the
 * path. Throws `origin.unknown`, `origin.none`, `origin.unsuitable`.
 */
export function resolveSource(
  source: Source,
  behind: Behind | undefined,
  rows: readonly LvRow[],
  remember: (origin: Origin, row: LvRow) => void,
): Resolved | undefined {
  const originOf = (row: LvRow, more: Partial<Origin> = {}): Origin => {
    const origin: Origin = {
      provider: 'lvm',
      label: `${row.vg}/${row.name}`,
      directory: [],
      bytes: row.bytes,
      shape: 'device',
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
      const row = behind && lvBehind(behind, rows);
      if (!row) return undefined;
      checkDirectory(source.path, behind);
      return {
        origins: [originOf(suitable(row), { subdirectory: behind.within, asked: source.path })],
        leftOut: behind.others,
      };
    }
    case 'each': {
      const matching = rows.filter((row) => row.vg === source.vg && matchesGlob(row.name, source.glob));
      const wanted = matching.filter((row) => !source.exclude.some((glob) => matchesGlob(row.name, glob)));
      const leftOut = wanted.flatMap((row) => {
        const reason = noOrigin(row);
        return reason === undefined ? [] : [{ label: `${row.vg}/${row.name}`, reason, harmless: true }];
      });
      const origins = wanted
        .filter((row) => noOrigin(row) === undefined)
        .map((row) => originOf(suitable(row), { directory: [row.name] }));
      if (origins.length === 0) throw nothingMatches(source, rows, matching.length);
      return { origins, leftOut };
    }
    default:
      return undefined;
  }
}

/** The LV whose device a path names. */
export function lvAt({ real, kind }: Behind, rows: readonly LvRow[]): LvRow | undefined {
  const number = kind === 'other' ? deviceNumber(real) : undefined;
  return number === undefined ? undefined : rows.find((one) => one.number === number);
}

/** The LV that a file system is on. */
export function lvBehind({ mount }: Behind, rows: readonly LvRow[]): LvRow | undefined {
  // Its source is what it was called when it was mounted. Without a number only a name is left: btrfs has devices of its own.
  const number = mount?.device.startsWith('0:') ? deviceNumber(mount.source) : mount?.device;
  return rows.find((one) => one.number !== undefined && one.number === number);
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

/** Why an LV is not even meant by a pattern that fits its name. */
function noOrigin(row: LvRow): string | undefined {
  if (row.roles.includes('thicksnapshot')) return `is itself a snapshot, of ${row.vg}/${row.origin}`;
  if (row.layout.includes('pool')) return `is a ${row.layout.filter((word) => word !== 'pool').join(' ')} pool`;
  if (row.tags.includes('holdstill')) return 'is a snapshot of holdstill';
  return undefined;
}

/** Throws `origin.unsuitable` with the reason why LVM can't snapshot this LV, before anything is tried. */
function suitable(row: LvRow): LvRow {
  const reason = whyUnsuitable(row);
  if (reason === undefined) return row;
  throw new Fault('origin.unsuitable', `${row.vg}/${row.name} can't be an origin: it ${reason}`, {
    hint: row.active ? '' : `type: lvchange -ay ${row.vg}/${row.name}, or leave it out`,
  });
}

/** Why LVM can't snapshot an LV; undefined: it can. */
export function whyUnsuitable(row: LvRow): string | undefined {
  return (
    noOrigin(row) ??
    (row.merging ? 'is merging with a snapshot' : undefined) ??
    (row.locked ? 'is locked by a pvmove' : undefined) ??
    (row.active ? undefined : 'is not active on this host') ??
    (row.suspended ? 'is suspended' : undefined) ??
    (row.health === 'partial' ? 'misses a physical volume' : undefined)
  );
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}
