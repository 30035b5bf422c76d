import path from 'node:path';
import { withoutExcluded } from '../model/selection.ts';
import { Fault } from '../model/fault.ts';
import type { Machine } from '../ports/machine.ts';
import { encodeName } from '../model/names.ts';
import { shellWord } from '../text/shell.ts';
import type { PlannedSnapshot, Resolved } from '../model/snapshot.ts';
import type { Source, Task } from '../model/task.ts';
import { guestParts, type GuestParts } from './guests.ts';
import type { Guest } from '../model/guest.ts';
import { prepareMeans, type CutPlan } from '../ports/quiescer.ts';
import { isStill, OFF, type Rests } from '../model/quiesce.ts';
import { planAll, resolveAll } from './storages.ts';

/** What can be settled about an opening while the machine is only looked at. */
export interface Prepared {
  readonly mount: string;
  /** The guests whose disks are saved; none where the task names no guest. */
  readonly guests: readonly Guest[];
  /** What is to rest while the snapshots are taken. */
  readonly rests: Rests;
  readonly planned: readonly PlannedSnapshot[];
  readonly leftOut: Resolved['leftOut'];
}

/**
 * Finds the origins, checks the room for all their snapshots and that mount point and keys can be used. Changes nothing, so
 * a fault here leaves nothing to undo. `plan` shows what this finds, `open` carries it out.
 */
export async function prepare(task: Task, run: string, machine: Machine): Promise<Prepared> {
  const mount = task.mount ?? path.join(machine.runDirectory, encodeName(task.name));
  await machine.mountPoints.check(mount, machine.runDirectory);
  for (const file of task.keys) await machine.unlocker.checkKey(file);
  const { origins, leftOut, guests } = await resolve(task, machine);
  const planned = await planAll(origins, task.size, { task: task.name, run }, machine.providers);
  const oneInstant = planned.length === 1 || task.quiescing.means.some(({ kind }) => isStill(kind));
  const rests = await restsFor(task, guests, { task: task.name, run, planned, oneInstant }, machine);
  const off = { growth: { possible: false, note: 'off' } };
  return {
    mount,
    guests,
    rests,
    planned: task.autoextend ? planned : planned.map((one) => ({ ...one, ...off })),
    leftOut: withoutExcluded(leftOut, task.choice),
  };
}

/** What the task names, as origins. Of a guest nothing is snapshotted where a disk is lost that `skip` does not let go. */
async function resolve({ name, source, skip }: Task, machine: Machine): Promise<GuestParts> {
  if (!('guests' in source)) {
    const { unclaimed, ...resolved } = await resolveAll([source], machine.providers);
    if (unclaimed) throw await whyUnclaimed(name, unclaimed, machine);
    return { ...resolved, guests: [] };
  }
  const parts = await guestParts(source.guests, machine.inventories, machine.providers);
  const lost = skip === 'error' ? parts.leftOut.filter(({ harmless }) => !harmless) : [];
  if (lost.length === 0) return parts;
  const why = lost.map(({ label, reason }) => `${label} ${reason}`).join('; ');
  throw new Fault('origin.unsuitable', why, { hint: `leave it out with 'exclude' of the guest, or set skip: warn` });
}

/** Asked for last, since a guest's agent or a database may need time to answer. Throws `quiesce.failed`. */
async function restsFor(
  { quiescing }: Task,
  guests: readonly Guest[],
  cut: CutPlan,
  { quiescers }: Machine,
): Promise<Rests> {
  const all: Rests[] = [];
  for (const means of quiescing.means) all.push(await prepareMeans(means, guests, cut, quiescers));
  const asked = all.length > 0;
  const off = guests.filter(({ state }) => state === 'off');
  return {
    rests: all.flatMap(({ rests }) => rests),
    still: asked ? all.flatMap(({ still }) => still) : off.map(({ name }) => ({ guest: name, ...OFF })),
  };
}

/** No storage takes it; with the reason of each. */
async function whyUnclaimed(task: string, source: Source, { providers }: Machine): Promise<Fault> {
  if (source.kind !== 'path') throw new Error(`no provider for the source of task ${task}`);
  const reasons: string[] = [];
  for (const provider of providers) {
    const found = await provider.find?.(source.path);
    if (found) reasons.push(found.why);
  }
  return new Fault('origin.unknown', `cannot take a snapshot of ${source.path}: ${reasons.join('; ')}`, {
    hint: `type: holdstill find ${shellWord(source.path)}`,
  });
}
