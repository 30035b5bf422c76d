import { Fault } from '../../core/model/fault.ts';
import { ANY_STATUS, type Command, type Exec } from '../command.ts';
import { type LvRow, misread, named, readLvs } from './lvs.ts';
import { complaintsOf, refusalIn } from './lvmrefusal.ts';

/** Any other word of ours: nothing that the lvm shell would split, unquote or take for a comment, and no other test in a selection. */
const WORD = /^[A-Za-z0-9+_.,=:/!&-]+$/;

/** What a change came to: the LVs after it, and what LVM complained of. */
export interface LvmChange {
  readonly rows: readonly LvRow[];
  readonly complaints: readonly string[];
}

/**
 * Runs commands in one `lvm` process, since a process costs more than a snapshot does, and looks afterwards what they came
 * to: the exit status of the lvm shell is always 0 (2.03.16, tried). The report is a process of its own, since nothing but
 * lvm.conf gives one of the shell's its form. `changed` is called before it looks. Throws where a word could be taken for something else than one word.
 */
export async function changeLvs(
  lines: readonly (readonly string[])[],
  exec: Exec,
  changed?: () => Promise<void>,
): Promise<LvmChange> {
  const complaints = lines.length === 0 ? [] : await exec.run(lvmShell(lines));
  await changed?.();
  return { rows: await readLvs(exec), complaints };
}

function lvmShell(lines: readonly (readonly string[])[]): Command<readonly string[]> {
  checkWords(lines.flat());
  return {
    tool: 'lvm',
    argv: [],
    input: lines.map((words) => `${words.join(' ')}\n`).join(''),
    mutates: true,
    statuses: [0],
    parse: complaintsOf,
  };
}

/**
 * Options for a change of an origin whose cache is one LV (lvmcache(7), cachevol): LVM checks its metadata while they are in
 * use, which can't be, and gives up (2.03.16, tried). Of a cache pool it checks none that is active.
 */
export const WITHOUT_CACHE_CHECK: readonly string[] = ['--config', 'global/cache_check_executable=""'];

function checkWords(words: readonly string[]): void {
  for (const word of words)
    if (!WORD.test(word) && !WITHOUT_CACHE_CHECK.includes(word)) throw misread(`'${word}' is not a word for LVM`);
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
    statuses: ANY_STATUS,
    parse: (finished) => {
      if (finished.status === 0) return;
      throw new Fault('tool.failed', `LVM did not extend ${vg}/${name}: ${refusalIn(finished)}`);
    },
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
 * Lets the kernel drop an LV, if it is ours; LVM keeps it. Not for the lvm shell: a report after it lists hidden LVs
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
 * does not match is not selected, and so not removed.
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
export function lvremoveInterrupted(
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

/** lvs' form of the LV's half of a device-mapper UUID: groups of 6, 4, 4, 4, 4, 4 and 6 characters. */
function lvUuidOf(dmUuid: string): string {
  const lv = dmUuid.slice('LVM-'.length + 32);
  return lv.replace(/^(.{6})(.{4})(.{4})(.{4})(.{4})(.{4})(.{6})$/, '$1-$2-$3-$4-$5-$6-$7');
}
