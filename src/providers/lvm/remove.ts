import { setTimeout as sleep } from 'node:timers/promises';
import { adoptedOutcome, adoptionOf } from '../../core/run/adopted.ts';
import type { NotedStep, Outcome } from '../../core/model/step.ts';
import { namesOf } from '../../core/text/users.ts';
import type { Exec } from '../../system/command.ts';
import { changeLvs, lvremoveProven, type LvProof } from '../../system/tools/lvm.ts';
import { lvsOf, vgs, type LvRow } from '../../system/tools/lvs.ts';
import { refusalOf } from '../../system/tools/lvmrefusal.ts';
import { isInterrupted, removeInterruptedWords } from './interrupted.ts';
import { isProven, runTag } from './proof.ts';
import { forgetThinDevices } from './thin.ts';

/** Who uses an LV, looked up by what device-mapper calls it. */
export interface LvUsers {
  /** The dm UUID of an LV that is active under this name; undefined: none is. */
  uuidAt(vg: string, name: string): string | undefined;
  /** Whether the kernel has a device of this UUID. */
  isActive(uuid: string): boolean;
  /** Whether the kernel counts these LVs as open, in their order; undefined: that is not known. */
  open(uuids: readonly string[]): Promise<readonly boolean[] | undefined>;
  /** Who uses these LVs, in their order. Looks at all processes if one of them is open. */
  of(uuids: readonly string[]): Promise<readonly (readonly string[])[]>;
  /** Who may use an LV that LVM keeps though `of` names nobody; takes longer. */
  hidden(uuid: string): Promise<readonly string[]>;
}

/** As long as LVM itself waits for one that is open (retry_deactivation), except that the time is for all of them together. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 200;

/**
 * Removes the snapshots of steps, all in one process. One that is in use is waited for and then left, since LVM would
 * wait for each of them. The rows are the LVs afterwards.
 */
export async function removeSnapshots(
  steps: readonly NotedStep[],
  users: LvUsers,
  exec: Exec,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly rows: readonly LvRow[] }> {
  const unadopted = steps.filter((step) => adoptionOf(step) === undefined);
  const using = await waitForUsers(unadopted, users, exec);
  const free = unadopted.filter((step) => !using.has(step));
  await forgetThinDevices(free, proofOf, exec);
  let { rows, complaints } = await changeLvs(
    free.map((step) => lvremoveProven(proofOf(step))),
    exec,
  );
  const moved = free.filter((step) => nowIn(step, rows) !== step.step['vg']);
  if (moved.length > 0) {
    ({ rows, complaints } = await changeLvs(
      moved.map((step) => lvremoveProven(proofOf(step, nowIn(step, rows)))),
      exec,
    ));
  }
  const halves = free.filter((step) => rows.some((row) => isInterrupted(row, step)));
  if (halves.length > 0) ({ rows, complaints } = await changeLvs(halves.map(removeInterruptedWords), exec));
  const { more, absent } = await silentGroups(steps, rows, exec);
  rows = [...rows, ...more];
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    const outcome = absent.has(vgUuidOf(step)) ? absentOutcome(step) : outcomeOf(step, rows, users);
    const adoption = adoptionOf(step);
    const adopted = adoption === undefined ? undefined : adoptedOutcome(adoption);
    outcomes.push(outcome ?? adopted ?? (await reasonFor(step, rows, using.get(step) ?? [], complaints, users)));
  }
  return { outcomes, rows };
}

/** Waits until nobody uses the snapshots, for five seconds; who still does then. */
async function waitForUsers(
  steps: readonly NotedStep[],
  users: LvUsers,
  exec: Exec,
): Promise<ReadonlyMap<NotedStep, readonly string[]>> {
  const end = performance.now() + exec.patienceMs(PATIENCE_MS);
  const uuidOf = ({ step, facts }: NotedStep): string =>
    facts?.['uuid'] ?? users.uuidAt(step['vg'] ?? '', step['name'] ?? '') ?? '';
  for (;;) {
    const found = await users.of(steps.map(uuidOf));
    const using = new Map(
      steps.flatMap((step, index) => (found[index]?.length ? [[step, found[index]] as const] : [])),
    );
    if (using.size === 0 || performance.now() > end) return using;
    // Whether they have let go the kernel counts; who it is then needs another look at all processes.
    const busy = [...using.keys()].map(uuidOf);
    do await sleep(PAUSE_MS);
    while (performance.now() <= end && (await users.open(busy))?.includes(true));
  }
}

/** The VG that holds the snapshot now: it may have been renamed. */
function nowIn(step: NotedStep, rows: readonly LvRow[]): string | undefined {
  const row = rows.find((one) => isProven(one, step) && one.name === step.step['name']);
  return row?.vg ?? step.step['vg'];
}

function proofOf({ step, facts }: NotedStep, vg = step['vg']): LvProof {
  const { name = '', originUuid = '' } = step;
  return { vg: vg ?? '', name, originUuid, tag: runTag(step), uuid: facts?.['uuid'] };
}

/**
 * A snapshot that is missing in a report is gone only if the report mentions its VG at all: the lvm shell does not say
 * when a VG could not be read. One that is not there may come back, with our snapshots in it: its disk was unplugged, or
 * is not found yet at boot. VGs are distinguished by their UUIDs, since another one may have got the name.
 */
async function silentGroups(
  steps: readonly NotedStep[],
  rows: readonly LvRow[],
  exec: Exec,
): Promise<{ readonly more: readonly LvRow[]; readonly absent: ReadonlySet<string> }> {
  const silent = [...new Set(steps.map(vgUuidOf))].filter((uuid) => !rows.some((row) => row.uuid.startsWith(uuid)));
  if (silent.length === 0) return { more: [], absent: new Set() };
  const there = await exec.run(vgs());
  const more: LvRow[] = [];
  for (const name of silent.flatMap((uuid) => there.get(uuid) ?? [])) more.push(...(await exec.run(lvsOf(name))));
  return { more, absent: new Set(silent.filter((uuid) => !there.has(uuid))) };
}

/** How the device-mapper UUIDs of all LVs of the step's VG begin: `LVM-` and 32 characters. */
function vgUuidOf({ step }: NotedStep): string {
  return (step['originUuid'] ?? '').slice(0, 'LVM-'.length + 32);
}

function absentOutcome({ step }: NotedStep): Outcome {
  return { kind: 'left', reason: `volume group ${step['vg']} is not there`, absent: true };
}

/** Gone, or changed by somebody so that it is not for us to remove; undefined: it is ours, and still there. */
function outcomeOf(noted: NotedStep, rows: readonly LvRow[], users: LvUsers): Outcome | undefined {
  const { step, facts } = noted;
  const uuid = facts?.['uuid'];
  const origin = rows.find((row) => row.uuid === step['originUuid']);
  const row = rows.find((one) =>
    uuid === undefined ? isProven(one, noted) || isInterrupted(one, noted) : one.uuid === uuid,
  );
  const active = uuid !== undefined && users.isActive(uuid);
  if (!row && (active || origin?.merging)) {
    // lvs does not list a snapshot that is being merged; where its origin is in use that waits for the next activation.
    // A thin one need not be active for it.
    const reason = origin?.merging
      ? `somebody merges ${active ? 'it' : 'a snapshot, perhaps this one,'} into ${origin.vg}/${origin.name} (lvconvert --merge)`
      : 'LVM does not list it, but its device is there';
    return { kind: 'left', reason, foreign: true };
  }
  if (!row) {
    const other = rows.find(({ vg, name }) => vg === step['vg'] && name === step['name']);
    if (!other) return { kind: 'undone' };
    const reason = 'an LV of this name is there, but not the snapshot that this run took';
    return { kind: 'left', reason, foreign: true };
  }
  const now = `${row.vg}/${row.name}`;
  const byHand = `find out who owns it: lvs -o +lv_tags,lv_time ${now}`;
  if (!isProven(row, noted) && !isInterrupted(row, noted)) {
    const reason = origin
      ? `somebody changed it: ${now} is no longer a snapshot of ${origin.vg}/${origin.name} with the tags of this run`
      : `its origin is gone, so ${now} may be the only copy of its data`;
    return { kind: 'left', reason, byHand };
  }
  if (row.name !== step['name']) return { kind: 'left', reason: `somebody renamed it to ${now}`, byHand };
  const above = rows.filter(({ originUuid, roles }) => originUuid === row.uuid && roles.includes('thicksnapshot'));
  if (above.length > 0) {
    const reason = `somebody took a snapshot of it: ${namesOf(above.map(({ vg, name }) => `${vg}/${name}`))}`;
    return { kind: 'left', reason, byHand: `find out who owns that, then: holdstill recover` };
  }
  return undefined;
}

/** Why LVM kept a snapshot that is ours. */
async function reasonFor(
  { step, facts }: NotedStep,
  rows: readonly LvRow[],
  seen: readonly string[],
  complaints: readonly string[],
  users: LvUsers,
): Promise<Outcome> {
  const uuid = facts?.['uuid'] ?? rows.find((row) => row.name === step['name'] && row.vg === step['vg'])?.uuid ?? '';
  if (seen.length > 0) return { kind: 'left', reason: `in use by ${namesOf(seen)}` };
  const hidden = await users.hidden(uuid);
  if (hidden.length > 0) return { kind: 'left', reason: `in use: ${namesOf(hidden)}` };
  const about = complaints.filter((line) => line.includes(step['name'] ?? ''));
  const refusal = refusalOf(about) ?? refusalOf(complaints);
  return { kind: 'left', reason: refusal?.why ?? 'LVM kept it' };
}
