import { Fault } from '../../core/model/fault.ts';
import type { Origin, Resolved } from '../../core/model/snapshot.ts';
import type { Source } from '../../core/model/task.ts';
import { checkDirectory, type Backing } from '../../system/kernel/backing.ts';
import { deviceNumber } from '../../system/kernel/blockdev.ts';
import type { LoopDevice } from '../../system/kernel/loops.ts';
import type { LvRow } from '../../system/tools/lvs.ts';
import { nearest } from '../../core/text/distance.ts';
import { matchesGlob } from '../../core/text/glob.ts';
import { mapperName } from '../../system/tools/lvm.ts';
import { snapshotName } from './names.ts';
import { checkReach, lvBehind } from './reach.ts';
import { refOf } from './ref.ts';

type LvPattern = Extract<Source, { kind: 'each'; vg: string }>;

/**
 * Finds the LVs that a source means; undefined: it is of another kind, or the path is on no LV. `behind`: what holds the
 * path. Throws `origin.unknown`, `origin.none`, `origin.unsuitable`.
 */
export function resolveSource(
  source: Source,
  behind: Backing | undefined,
  rows: readonly LvRow[],
  loops: readonly LoopDevice[],
): Resolved | undefined {
  switch (source.kind) {
    case 'lv':
      return { origins: [originOf(suitable(find(source.vg, source.lv, rows)))], leftOut: [] };
    case 'path': {
      const under = behind && lvBehind(behind, rows, loops);
      if (!under) return undefined;
      checkDirectory(source.path, behind);
      checkReach(source.path, under);
      return {
        origins: [originOf(suitable(under.row), { subdirectory: behind.within, asked: source.path })],
        leftOut: behind.others,
      };
    }
    case 'each': {
      if (!('vg' in source)) return undefined;
      const matching = rows.filter((row) => row.vg === source.vg && matchesGlob(row.name, source.glob));
      const wanted = matching.filter((row) => !source.exclude.some((glob) => matchesGlob(row.name, glob)));
      const leftOut = wanted.flatMap((row) => {
        const reason = whyUnsuitable(row);
        const harmless = noOrigin(row) !== undefined;
        return reason === undefined ? [] : [{ label: `${row.vg}/${row.name}`, reason, harmless }];
      });
      // What somebody may look for in the backup comes first.
      leftOut.sort((a, b) => Number(a.harmless) - Number(b.harmless));
      const origins = wanted
        .filter((row) => whyUnsuitable(row) === undefined)
        .map((row) => originOf(row, { directory: [row.name] }));
      if (origins.length === 0) throw nothingMatches(source, rows, leftOut, matching.length);
      return { origins, leftOut };
    }
    default:
      return undefined;
  }
}

/**
 * Layouts of which LVM takes a snapshot although their device is suspended already (2.03.16, tried). Of a thin LV it takes none then, and its pool
 * has another transaction id than LVM expects afterwards.
 */
const SUSPENDABLE = new Set(['linear', 'striped']);

/** An LV as an origin. */
export function originOf(row: LvRow, more: Partial<Origin> = {}): Origin {
  return {
    provider: 'lvm',
    label: `${row.vg}/${row.name}`,
    directory: [],
    bytes: row.bytes,
    shape: 'device',
    device: `/dev/${row.vg}/${row.name}`,
    subdirectory: undefined,
    asked: undefined,
    asleep: !row.active,
    suspendable: row.layout.every((word) => SUSPENDABLE.has(word)),
    ref: refOf(row),
    ...more,
  };
}

/** The LV whose device a path names. */
export function lvAt({ real, kind }: Backing, rows: readonly LvRow[]): LvRow | undefined {
  const number = kind === 'other' ? deviceNumber(real) : undefined;
  return number === undefined ? undefined : rows.find((one) => one.number === number);
}

function find(vg: string, lv: string, rows: readonly LvRow[]): LvRow {
  const row = rows.find((one) => one.vg === vg && one.name === lv);
  if (row) return row;
  if (!rows.some((one) => one.vg === vg)) throw unknownVg(vg, rows);
  const hint = `it has ${namesLike(lv, rows, vg)}`;
  throw new Fault('origin.unknown', `volume group ${vg} has no logical volume ${lv}`, { hint });
}

function nothingMatches(
  source: LvPattern,
  rows: readonly LvRow[],
  leftOut: Resolved['leftOut'],
  matching: number,
): Fault {
  if (!rows.some(({ vg }) => vg === source.vg)) return unknownVg(source.vg, rows);
  const why =
    matching > 0
      ? `all ${matching} matches are excluded, or LVM cannot take a snapshot of them`
      : 'no logical volume matches';
  const harmful = leftOut.filter(({ harmless }) => !harmless).map(({ label, reason }) => `${label} ${reason}`);
  return new Fault('origin.none', `${source.vg}/${source.glob}: ${harmful.length > 0 ? shortList(harmful) : why}`, {
    hint: `${source.vg} has ${namesLike(source.glob, rows, source.vg)}`,
  });
}

/** The LVs of a VG that somebody may have had in mind, those most like `name` first. */
function namesLike(name: string, rows: readonly LvRow[], vg: string): string {
  const names = rows.filter((row) => row.vg === vg && noOrigin(row) === undefined).map((row) => row.name);
  return names.length > 0 ? shortList(nearest(name, names, names.length)) : 'none that could be saved';
}

function unknownVg(vg: string, rows: readonly LvRow[]): Fault {
  const vgs = [...new Set(rows.map((row) => row.vg))];
  return new Fault('origin.unknown', `there is no volume group ${vg} with logical volumes on this host`, {
    hint: vgs.length > 0 ? `there are ${shortList(vgs)}` : `type: vgs`,
  });
}

/** Why a pattern does not stand for an LV whose name it matches. */
function noOrigin(row: LvRow): string | undefined {
  if (isSparse(row)) return undefined;
  if (row.tags.includes('holdstill')) return 'is a snapshot of holdstill';
  if (row.roles.includes('thicksnapshot')) return `is itself a snapshot, of ${row.vg}/${row.origin}`;
  if (row.layout.includes('pool')) return `is a ${row.layout.filter((word) => word !== 'pool').join(' ')} pool`;
  return undefined;
}

/** `lvcreate --virtualsize --type snapshot`: data of its own, kept as a snapshot of a hidden LV that holds nothing. */
function isSparse({ roles, origin }: LvRow): boolean {
  return roles.includes('thicksnapshot') && origin.endsWith('_vorigin]');
}

/** Throws `origin.unsuitable` with the reason why LVM can't snapshot this LV, before anything is tried. */
function suitable(row: LvRow): LvRow {
  const reason = whyUnsuitable(row);
  if (reason === undefined) return row;
  const name = `${row.vg}/${row.name}`;
  throw new Fault('origin.unsuitable', `cannot take a snapshot of ${name}: it ${reason}`, { hint: hintFor(row) });
}

function hintFor({ vg, name, vgProblem, active }: LvRow): string {
  // Not what would make the VG do without its PV: that may still come back.
  if (vgProblem !== undefined)
    return `see which: pvs -o +pv_missing, vgs ${vg}; when it is back: vgextend --restoremissing ${vg} DEVICE`;
  return active ? '' : `type: lvchange -ay ${vg}/${name}, or leave it out`;
}

/** Why LVM can't snapshot an LV; undefined: it can. */
export function whyUnsuitable(row: LvRow): string | undefined {
  return (
    noOrigin(row) ??
    (row.merging ? 'is merging with a snapshot' : undefined) ??
    (row.locked ? 'is locked by a pvmove' : undefined) ??
    (row.vgProblem === undefined ? undefined : `is in volume group ${row.vg}, which ${row.vgProblem}`) ??
    // LVM takes a thin one of an inactive origin as of any other, and both are as they were when it is removed.
    (row.active || row.pool !== '' ? undefined : 'is not active on this host') ??
    (row.suspended ? 'is suspended' : undefined) ??
    (row.forcedReadOnly ? 'is made read-only by activation/read_only_volume_list in lvm.conf' : undefined) ??
    (isSparse(row) ? 'is a sparse volume that LVM keeps as a snapshot' : undefined) ??
    (hasIntegrity(row) ? 'is a RAID with integrity, of which LVM takes no snapshot' : undefined) ??
    (snapshotName(row, ANY_RUN, 999) === undefined ? 'has too long a name for device-mapper' : undefined)
  );
}

/** As long as the id of any run. */
const ANY_RUN = 'xxxxxxxx';

/** lvmraid(7): an active RAID with integrity has its images on hidden LVs of these names. Older LVM has no field for it. */
function hasIntegrity({ vg, name, layout }: LvRow): boolean {
  return layout.includes('raid') && deviceNumber(`/dev/mapper/${mapperName(vg, name)}_rimage_0_iorig`) !== undefined;
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 6).join(', ');
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}
