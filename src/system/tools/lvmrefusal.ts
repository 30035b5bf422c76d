import type { Finished } from '../command.ts';

/** Why LVM did not do what it was asked for. */
export interface Refusal {
  /** Its own sentence. */
  readonly why: string;
  /** What to type or to change; '': nothing that we know of. */
  readonly hint: string;
}

/** Sentences of LVM (2.03.16, all tried but the last two) that decide, and what helps. Nothing here destroys anything. */
const KNOWN: readonly (readonly [said: RegExp, hint: string])[] = [
  [/\(volume_list activation filter\?\)/, `add "@holdstill" to activation/volume_list in lvm.conf`],
  [
    /Cannot change VG (\S+) while PVs are missing/,
    'see which: pvs -o +pv_missing; when it is there again: vgextend --restoremissing $1 DEVICE',
  ],
  [/Cannot update volume group (\S+) with duplicate PV devices/, 'let LVM see each disk once: pvs --all'],
  [/Volume group "?([^\s"]+)"? is exported/, 'if this host is to use it: vgimport $1'],
  [/Volume group (\S+) is read-only/, 'look: vgs $1'],
  [/Cannot access VG (\S+) with system ID/, 'it belongs to another host: vgs --foreign -o +systemid $1'],
  [/(?:Cannot access|Skipping) clustered VG/, 'see lvmlockd(8)'],
  [/Maximum number of logical volumes/, 'look: vgs -o +max_lv; to allow more: vgchange --maxlogicalvolumes'],
  [/Operation prohibited while --readonly is set/, 'set global/locking_type = 1 in lvm.conf'],
  [/Can't create \S+ without using device-mapper/, 'set global/activation = 1 in lvm.conf'],
  [/TEST MODE/, 'set global/test = 0 in lvm.conf'],
  [/thin(?:-pool)?: Required device-mapper target|thin-pool target support missing/, 'type: modprobe dm-thin-pool'],
  [/Required device-mapper target|target support missing/, 'type: modprobe dm-snapshot'],
  [
    /\/\S*: mkdir failed|File locking initialisation failed/,
    'look at lvm.conf: global/locking_dir, backup/archive_dir',
  ],
  [/transaction_id is \d+, while expected/, 'do not use the pool before it is repaired: lvmthin(7)'],
  [/nsufficient (?:free space|suitable)/, `set a smaller 'size' for the task, or add room: vgextend`],
  [/free space in thin pool (\S+) reached threshold/, 'add room: lvextend -L +SIZE $1'],
];

/** What goes with another sentence and says less, or only that something is odd. */
const BESIDE =
  /^(?:WARNING|See |Cannot process volume group|Can't get lock for|Aborting|Failed to |Run `|\S+: FATAL|\/sbin\/modprobe)/;
/** With log/verbose LVM prints all that it does before it fails; what it complains of comes last. */
const MANY = 40;

/** Finds what decided among LVM's complaints; undefined: it said nothing. */
export function refusalOf(complaints: readonly string[]): Refusal | undefined {
  for (const [said, hint] of KNOWN) {
    const why = complaints.find((line) => said.test(line));
    if (why !== undefined) return { why: sentence(why), hint: hint.replace('$1', said.exec(why)?.[1] ?? '') };
  }
  const lines = complaints.length > MANY ? complaints.toReversed() : complaints;
  const why = lines.find((line) => !BESIDE.test(line)) ?? lines.find((line) => !line.startsWith('WARNING')) ?? lines[0];
  return why === undefined ? undefined : { why: sentence(why), hint: '' };
}

function sentence(line: string): string {
  return line.replace(/\.$/, '');
}

/** Why a command of LVM's failed, in its own words with what helps. */
export function refusalIn(finished: Finished): string {
  const { why, hint } = refusalOf(complaintsOf(finished)) ?? { why: `status ${finished.status}`, hint: '' };
  return hint === '' ? why : `${why}; ${hint}`;
}

/** What LVM complained of, line by line. With log/report_command_log it does so in a report on its standard output. */
export function complaintsOf({ stdout, stderr }: Pick<Finished, 'stdout' | 'stderr'>): readonly string[] {
  const printed = stderr.split('\n').map((line) => line.replace(/^(?:lv|vg|pv)[a-z]+(?=\W)/, '').trim());
  const logged = stdout.split('\n').flatMap((line) => {
    const [, message] = /"log_type":"(?:error|warn)".*"log_message":"((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
    if (message !== undefined) return [message.replaceAll('\\"', '"')];
    return /^ *\d+ +(?:error|warn) /.test(line) ? [line.trim().replace(/ {2,}/g, ' ')] : [];
  });
  return [...printed, ...logged].filter((line) => line !== '');
}
