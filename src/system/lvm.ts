import { Fault } from '../core/fault.ts';
import { type Command, type Finished, wholeLines } from './command.ts';

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
  readonly bytes: number;
  readonly layout: readonly string[];
  readonly roles: readonly string[];
  readonly active: boolean;
  readonly origin: string;
  readonly originUuid: string;
  readonly pool: string;
  readonly tags: readonly string[];
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

// Not JSON: inside the lvm shell `--reportformat` is ignored (2.03.16, tried).
const REPORT = ['--noheadings', '--nameprefixes', '--units', 'b', '--nosuffix', '--options', FIELDS.join(',')];

/** What LVM takes for the name of a VG or LV (lvm(8)): no option, no path, one word of the lvm shell. */
const NAME = /^(?!\.\.?$)[A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,126}$/;
/** Any other word of ours: nothing that the lvm shell would split, unquote or take for a comment, and no other test in a selection. */
const WORD = /^[A-Za-z0-9+_.,=:/!&-]+$/;

/** All LVs of this host but hidden ones. Status 5 is accepted, since another, broken VG is no concern of ours. */
export function lvs(): Command<readonly LvRow[]> {
  return { tool: 'lvm', argv: ['lvs', ...REPORT], mutates: false, statuses: [0, 5], parse: parseReport };
}

/** The names of the VGs that are there, with or without LVs, by how the UUIDs of their LVs begin (`LvRow.uuid`). */
export function vgs(): Command<ReadonlyMap<string, string>> {
  return {
    tool: 'lvm',
    argv: ['vgs', '--noheadings', '--options', 'vg_uuid,vg_name'],
    mutates: false,
    statuses: [0, 5],
    parse: ({ stdout }) =>
      new Map(
        [...stdout.matchAll(/^ *([\w-]{38}) +(\S+) *$/gm)].map(([, uuid = '', name = '']) => [
          dmUuidOf(uuid, ''),
          name,
        ]),
      ),
  };
}

/** The LVs of one VG, for sure: a VG that can't be read is a failure. */
export function lvsOf(vg: string): Command<readonly LvRow[]> {
  return {
    ...lvs(),
    argv: ['lvs', ...REPORT, named(vg)],
    parse: (finished) => {
      if (finished.status === 0) return parseReport(finished);
      const [complaint = `status ${finished.status}`] = complaintsOf(finished.stderr);
      throw new Fault('tool.failed', `volume group ${vg} can't be read: ${complaint}`);
    },
  };
}

/** What a change came to: the LVs after it, and what LVM complained of. */
export interface LvmChange {
  readonly rows: readonly LvRow[];
  readonly complaints: readonly string[];
}

/**
 * Runs commands in one `lvm` process, and a report after them: a process costs more than a snapshot does. The exit
 * status of the lvm shell is always 0 (2.03.16, tried), so success is what the report shows. Throws where a word could
 * be taken for something else than one word.
 */
export function lvmShell(lines: readonly (readonly string[])[]): Command<LvmChange> {
  checkWords(lines.flat());
  return {
    tool: 'lvm',
    argv: [],
    input: [...lines, ['lvs', ...REPORT]].map((words) => `${words.join(' ')}\n`).join(''),
    mutates: true,
    statuses: [0],
    parse: (finished) => ({ rows: parseReport(finished), complaints: complaintsOf(finished.stderr) }),
  };
}

function checkWords(words: readonly string[]): void {
  for (const word of words) if (!WORD.test(word)) throw misread(`'${word}' is no word for LVM`);
}

/**
 * Words of an lvcreate that takes a snapshot. `extents` undefined: a thin snapshot, active now, but not after the next start
 * (lvmthin(7), activation skip): there it would have the UUID that fstab means its origin by. LVM has no such flag for a
 * thick one, which is active whenever its origin is.
 */
export function lvcreateSnapshot(
  vg: string,
  origin: string,
  name: string,
  tags: readonly string[],
  extents: number | undefined,
): readonly string[] {
  const room = extents === undefined ? ['-ky', '-K', '-ay'] : ['--monitor', 'n', '-l', String(extents)];
  // A question would take the next line of the shell for its answer.
  return [
    'lvcreate',
    '-qq',
    '-y',
    '-s',
    ...room,
    ...tags.flatMap((tag) => ['--addtag', tag]),
    '-n',
    named(name),
    `${named(vg)}/${named(origin)}`,
  ];
}

// Not to be left to dmeventd: it unmounts a snapshot that is full (daemons/dmeventd/plugins/snapshot, 2.03.16).
const UNMONITORED = 'monitoring=0';

/** Extends a thick snapshot that is filled to `threshold` percent by `percent` of its size; does nothing to another. */
export function lvextendByPolicy(vg: string, name: string, threshold: number, percent: number): Command<void> {
  const policy = `snapshot_autoextend_threshold=${threshold} snapshot_autoextend_percent=${percent}`;
  return lvextend(vg, name, ['--config', `activation{${UNMONITORED} ${policy}}`, '--use-policies']);
}

/** Extends a thick snapshot by all that is free in its VG; by no more than it can use: LVM sees to that. */
export function lvextendToTheEnd(vg: string, name: string): Command<void> {
  return lvextend(vg, name, ['--config', `activation{${UNMONITORED}}`, '--extents', '+100%FREE']);
}

function lvextend(vg: string, name: string, how: readonly string[]): Command<void> {
  return {
    tool: 'lvm',
    argv: ['lvextend', '-qq', '-y', ...how, `${vg}/${name}`],
    mutates: true,
    statuses: [0],
    parse: () => undefined,
  };
}

/** The name that device-mapper knows an LV by: its hyphens are doubled. */
export function mapperName(vg: string, name: string): string {
  return [vg, name].map((part) => part.replaceAll('-', '--')).join('-');
}

/** What must hold of an LV at the moment it is removed. */
export interface LvProof {
  readonly vg: string;
  readonly name: string;
  readonly tag: string;
  readonly originUuid: string;
  /**
   * Undefined where the process that made it died before it could note it. The rest suffices then: the name and the tag
   * hold the run's random id, and LVM allows one LV of a name; another one of that name, tag and origin could only have
   * been made by somebody who copied them in the moments since, knowing them from the snapshot or the journal.
   */
  readonly uuid: string | undefined;
}

/**
 * Lets the kernel drop an LV, if it is ours; LVM keeps it. Not for the lvm shell: a report after it tells of hidden LVs
 * as well (2.03.16, tried).
 */
export function deactivateProven(proof: LvProof): Command<void> {
  return {
    tool: 'lvm',
    argv: selecting(['lvchange', '-qq', '-an'], proof),
    mutates: true,
    statuses: [0, 5],
    parse: () => undefined,
  };
}

/** Words of a command for what `lvremoveProven` would remove. Throws where one could be taken for something else than one word. */
export function selecting(words: readonly string[], proof: LvProof): readonly string[] {
  const all = [...words, '--select', proven(proof), named(proof.vg)];
  checkWords(all);
  return all;
}

/**
 * Words of an lvremove that proves under LVM's own lock that the LV is ours: name, tag and origin, and its UUID. What
 * does not fit is not selected, and so not removed.
 */
export function lvremoveProven(proof: LvProof): readonly string[] {
  return lvremove(proof.vg, proven(proof));
}

function proven(proof: LvProof): string {
  return [
    `lv_name=${proof.name}`,
    `lv_tags=${proof.tag}`,
    'lv_role=snapshot',
    // Of a thin snapshot somebody may have taken a thick one, which LVM would remove as well, unasked.
    'lv_role!=thickorigin',
    `origin_uuid=${lvUuidOf(proof.originUuid)}`,
    ...(proof.uuid === undefined ? [] : [`lv_uuid=${lvUuidOf(proof.uuid)}`]),
  ].join('&&');
}

/** Words of an lvremove of a plain LV, proved in the same way: by its UUID, or else by its size. */
export function lvremoveHalf(
  proof: Pick<LvProof, 'vg' | 'name' | 'tag'> & {
    readonly identity: { readonly uuid: string } | { readonly bytes: string };
  },
): readonly string[] {
  const { identity } = proof;
  const tests = [
    `lv_name=${proof.name}`,
    `lv_tags=${proof.tag}`,
    'lv_role!=snapshot',
    'lv_layout=linear',
    'uuid' in identity ? `lv_uuid=${lvUuidOf(identity.uuid)}` : `lv_size=${identity.bytes}b`,
  ];
  return lvremove(proof.vg, tests.join('&&'));
}

function lvremove(vg: string, tests: string): readonly string[] {
  return ['lvremove', '-qq', '-y', '--select', tests, named(vg)];
}

/** How device-mapper knows an LV, by lvs' forms of the VG's and of the LV's UUID. */
function dmUuidOf(vg: string, lv: string): string {
  return `LVM-${`${vg}${lv}`.replaceAll('-', '')}`;
}

/** lvs' form of the LV's half of a device-mapper UUID: groups of 6, 4, 4, 4, 4, 4 and 6 characters. */
function lvUuidOf(dmUuid: string): string {
  const lv = dmUuid.slice('LVM-'.length + 32);
  return lv.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
}

/**
 * Reads the lines of a report, `LVM2_VG_NAME='system' LVM2_LV_NAME='root' ...`; other lines are skipped. Throws
 * `tool.failed` for a report that is not whole: an LV that is missing in it would be taken for gone.
 */
export function parseReport({ stdout }: Pick<Finished, 'stdout'>): readonly LvRow[] {
  const rows = wholeLines('lvm', stdout).flatMap((line) => {
    if (!line.trimStart().startsWith('LVM2_')) return [];
    const fields = new Map(
      [...line.matchAll(/\bLVM2_(\w{1,40})='([^']*)'/g)].map(([, name = '', value = '']) => [name, value]),
    );
    if (FIELDS.every((field) => fields.has(field.toUpperCase()))) return [rowOf(fields)];
    throw misread('a line of its report is damaged');
  });
  if (new Set(rows.map(({ uuid }) => uuid)).size === rows.length) return rows;
  throw misread('lvs tells of a logical volume twice');
}

function misread(what: string): Fault {
  return new Fault('tool.failed', `lvm can't be understood: ${what}`, { hint: 'look what it says: lvs' });
}

function named(name: string): string {
  if (NAME.test(name)) return name;
  throw misread(`'${name}' is no name for LVM`);
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
    bytes: number('lv_size'),
    layout: words('lv_layout'),
    roles: words('lv_role'),
    active: text('lv_active').startsWith('active'),
    origin: text('origin'),
    originUuid: uuid('origin_uuid'),
    pool: text('pool_lv'),
    tags: words('lv_tags'),
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

function complaintsOf(stderr: string): readonly string[] {
  return stderr.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}
