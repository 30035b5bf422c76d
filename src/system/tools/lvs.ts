import { isLvmName } from '../../core/text/lvmname.ts';
import { Fault, isFault } from '../../core/model/fault.ts';
import { ANY_STATUS, type Command, type Exec, type Finished, wholeLines } from '../command.ts';
import { refusalIn } from './lvmrefusal.ts';

/** A logical volume as lvs(8) reports it (lvm2 2.03.16). */
export interface LvRow {
  readonly vg: string;
  readonly name: string;
  /** The UUID that device-mapper knows it by: `LVM-`, the VG's and the LV's UUID without hyphens. */
  readonly uuid: string;
  /** A snapshot is being merged into it, or it into its origin. */
  readonly merging: boolean;
  /** Held by a pvmove. */
  readonly locked: boolean;
  readonly suspended: boolean;
  /** Can't be written to, though its own metadata let it: activation/read_only_volume_list of lvm.conf. */
  readonly forcedReadOnly: boolean;
  /** What its whole VG is, so that LVM takes no snapshot in it: `is read-only`; undefined: it is well. */
  readonly vgProblem: string | undefined;
  readonly bytes: number;
  readonly layout: readonly string[];
  readonly roles: readonly string[];
  readonly active: boolean;
  readonly origin: string;
  readonly originUuid: string;
  /** Of a thin LV the pool that holds it, and so its snapshots, too. What a cached LV or one of VDO is in is not such a pool: ''. */
  readonly pool: string;
  /** What lvs shows of where a cached LV's blocks are cached, in brackets: `[fast_cvol]`; '' of others. */
  readonly cache: string;
  readonly tags: readonly string[];
  readonly vgTags: readonly string[];
  /** Percent; undefined where it does not apply. */
  readonly dataPercent: number | undefined;
  readonly metadataPercent: number | undefined;
  readonly invalid: boolean;
  readonly health: string;
  readonly vgFreeBytes: number;
  readonly extentBytes: number;
  /** `major:minor`; undefined where it isn't active. */
  readonly number: string | undefined;
}

const FIELDS = [
  'vg_name',
  'vg_uuid',
  'vg_attr',
  'vg_tags',
  'lv_name',
  'lv_uuid',
  'lv_attr',
  'lv_size',
  'lv_layout',
  'lv_role',
  'lv_active',
  'origin',
  'origin_uuid',
  'pool_lv',
  'lv_tags',
  'data_percent',
  'metadata_percent',
  'lv_snapshot_invalid',
  'lv_health_status',
  'vg_free',
  'vg_extent_size',
  'lv_kernel_major',
  'lv_kernel_minor',
] as const;

type Field = (typeof FIELDS)[number];
type RawRow = ReadonlyMap<string, string>;

/**
 * The form of a report in spite of all that lvm.conf may say of it, for one command: each of these that is not given here
 * nor as an option changes what is printed (2.03.16, all of report, log and global tried). Not for the lvm shell, which
 * refuses them.
 */
const FORM = [
  'report{output_format="basic" quoted=1 aligned=1 buffered=1 columns_as_rows=0 compact_output=0 compact_output_cols=""',
  'separator=" " list_item_separator="," binary_values_as_numeric=0 mark_hidden_devices=1}',
  'log{prefix="  " command_names=0 report_command_log=0 verbose=0}',
].join(' ');

/** Options of a report of LVM's in a form that does not depend on lvm.conf. */
export function reportOf(fields: readonly string[]): readonly string[] {
  const form = ['--noheadings', '--nameprefixes', '--units', 'b', '--nosuffix', '--config', FORM];
  return [...form, '--options', fields.join(',')];
}

/** The fields in each line of a report, `LVM2_VG_NAME='system' LVM2_LV_NAME='root' ...`; other lines are skipped. */
function fieldsOf(stdout: string): readonly ReadonlyMap<string, string>[] {
  return wholeLines('lvm', stdout).flatMap((line) =>
    line.trimStart().startsWith('LVM2_')
      ? [new Map([...line.matchAll(/\bLVM2_(\w{1,40})='([^']*)'/g)].map(([, name = '', value = '']) => [name, value]))]
      : [],
  );
}

/**
 * All LVs of this host except hidden ones. A broken VG does not concern us, but throws `tool.failed` where LVM
 * lists none and complains: that does not prove that there is none.
 */
export async function readLvs(exec: Exec): Promise<readonly LvRow[]> {
  try {
    return await exec.run(lvs([]));
  } catch (error) {
    throw (await tooOld(error, exec)) ?? error;
  }
}

/** The LVs of one VG, for sure: a VG that can't be read is a failure. */
export function lvsOf(vg: string): Command<readonly LvRow[]> {
  return {
    ...lvs([named(vg)]),
    parse: (finished) => {
      if (finished.status === 0) return parseReport(finished);
      throw new Fault('tool.failed', `volume group ${vg} can't be read: ${refusalIn(finished)}`);
    },
  };
}

function lvs(which: readonly string[]): Command<readonly LvRow[]> {
  return {
    tool: 'lvm',
    argv: ['lvs', ...reportOf(FIELDS), ...which],
    mutates: false,
    statuses: ANY_STATUS,
    parse: (finished) => rowsOf(parseReport(finished), finished),
  };
}

/** The names of the VGs that are there, with or without LVs, by how the UUIDs of their LVs begin (`LvRow.uuid`). */
export function vgs(): Command<ReadonlyMap<string, string>> {
  return {
    tool: 'lvm',
    argv: ['vgs', ...reportOf(['vg_uuid', 'vg_name'])],
    mutates: false,
    statuses: ANY_STATUS,
    parse: (finished) => {
      const rows = fieldsOf(finished.stdout).map((row) => {
        const [uuid, name] = [row.get('VG_UUID'), row.get('VG_NAME')];
        if (uuid === undefined || name === undefined) throw misread('a line of its report is damaged');
        return [dmUuidOf(uuid, ''), named(name)] as const;
      });
      return new Map(rowsOf(rows, finished));
    },
  };
}

/** The rows of a report. Throws where there is none, though LVM had something to say. */
function rowsOf<T>(rows: readonly T[], finished: Finished): readonly T[] {
  const silent = finished.status === 0 && finished.stdout.trim() === '';
  if (rows.length > 0 || silent) return rows;
  throw misread(finished.status === 0 ? 'it has no data' : refusalIn(finished));
}

/** Without fields and options that came with this one nothing here can be asked for (WHATS_NEW of lvm2). */
const OLDEST = '2.02.171';

/** What makes LVM fail where it is older than what we need; undefined: it is not that. */
async function tooOld(failure: unknown, exec: Exec): Promise<Fault | undefined> {
  if (!isFault(failure) || failure.code !== 'tool.failed') return undefined;
  const version = await exec.run(versionOf()).catch(() => undefined);
  if (version === undefined || numbersOf(version) >= numbersOf(OLDEST)) return undefined;
  return new Fault('tool.failed', `LVM ${version} is too old: holdstill needs ${OLDEST} or later`, { cause: failure });
}

function versionOf(): Command<string | undefined> {
  return {
    tool: 'lvm',
    argv: ['version'],
    mutates: false,
    statuses: ANY_STATUS,
    parse: ({ stdout }) => /^ *LVM version: +(\d+\.\d+\.\d+)/m.exec(stdout)?.[1],
  };
}

/** Comparable as a text. */
function numbersOf(version: string): string {
  return version
    .split('.')
    .map((number) => number.padStart(5, '0'))
    .join('.');
}

/** How device-mapper knows an LV, by lvs' forms of the VG's and of the LV's UUID. */
function dmUuidOf(vg: string, lv: string): string {
  return `LVM-${`${vg}${lv}`.replaceAll('-', '')}`;
}

/**
 * Reads a report. Throws `tool.failed` for one that is not whole: an LV that is missing in it would be taken for gone.
 */
export function parseReport({ stdout }: Pick<Finished, 'stdout'>): readonly LvRow[] {
  const rows = fieldsOf(stdout).map((fields) => {
    if (FIELDS.every((field) => fields.has(field.toUpperCase()))) return rowOf(fields);
    throw misread('a line of its report is damaged');
  });
  if (new Set(rows.map(({ uuid }) => uuid)).size === rows.length) return rows;
  throw misread('it lists a logical volume twice');
}

/** LVM said something that we don't know. */
export function misread(what: string): Fault {
  return new Fault('tool.failed', `LVM's report can't be read: ${what}`, { hint: 'see what it prints: lvs' });
}

/** The name of a VG or LV, if LVM would take it for one. Throws `tool.failed`. */
export function named(name: string): string {
  if (isLvmName(name)) return name;
  throw misread(`'${name}' is not a name for LVM`);
}

/** vgs(8), vg_attr: first letter the permissions, fourth p while a PV is missing. */
function problemOfVg(attr: string): string | undefined {
  if (/^.{3}p/.test(attr)) return 'is missing a physical volume';
  return attr.startsWith('r') ? 'is read-only' : undefined;
}

/** lvs(8), lv_layout: `thin,sparse`; that of its pool is `thin,pool`. */
function isThin(layout: readonly string[]): boolean {
  return layout.includes('thin') && !layout.includes('pool');
}

function rowOf(raw: RawRow): LvRow {
  const text = (field: Field): string => raw.get(field.toUpperCase()) ?? '';
  const words = (field: Field): readonly string[] => text(field).split(',').filter(Boolean);
  const number = (field: Field, form = /^\d{1,15}$/): number => {
    if (form.test(text(field))) return Number(text(field));
    throw misread(`${field} is '${text(field)}'`);
  };
  const percent = (field: Field): number | undefined =>
    text(field) === '' ? undefined : number(field, /^\d{1,3}(\.\d+)?$/);
  const uuid = (field: 'lv_uuid' | 'origin_uuid'): string => {
    if (field === 'origin_uuid' && text(field) === '') return '';
    const found = dmUuidOf(text('vg_uuid'), text(field));
    if (/^LVM-[A-Za-z0-9]{64}$/.test(found)) return found;
    throw misread(`${field} is '${text(field)}'`);
  };
  const attr = text('lv_attr');
  return {
    vg: named(text('vg_name')),
    name: named(text('lv_name')),
    uuid: uuid('lv_uuid'),
    // lvs(8), lv_attr: first letter the type, third the allocation, in capitals while locked, fifth the state.
    merging: /^[OS]/.test(attr),
    locked: /^(p|..[A-Z])/.test(attr),
    suspended: /^.{4}[sS]/.test(attr),
    // Second letter: the permissions; R: read-only in the kernel, not in its metadata.
    forcedReadOnly: /^.R/.test(attr),
    vgProblem: problemOfVg(text('vg_attr')),
    bytes: number('lv_size'),
    layout: words('lv_layout'),
    roles: words('lv_role'),
    active: text('lv_active').startsWith('active'),
    origin: text('origin'),
    originUuid: uuid('origin_uuid'),
    pool: isThin(words('lv_layout')) ? text('pool_lv') : '',
    cache: words('lv_layout').includes('cache') ? text('pool_lv') : '',
    tags: words('lv_tags'),
    vgTags: words('vg_tags'),
    dataPercent: percent('data_percent'),
    metadataPercent: percent('metadata_percent'),
    // lvs(8): the fifth letter is I (or S, suspended) for an invalid snapshot; the field is empty for a valid one.
    invalid: text('lv_snapshot_invalid') === 'snapshot invalid' || /^.{4}[IS]/.test(attr),
    health: text('lv_health_status'),
    vgFreeBytes: number('vg_free'),
    extentBytes: number('vg_extent_size'),
    // -1 where it isn't active.
    number: /^\d+$/.test(text('lv_kernel_major')) ? `${text('lv_kernel_major')}:${text('lv_kernel_minor')}` : undefined,
  };
}
