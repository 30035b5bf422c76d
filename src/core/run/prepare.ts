import path from 'node:path';
import { withoutExcluded } from '../model/selection.ts';
import { Fault } from '../model/fault.ts';
import type { Machine } from '../ports/machine.ts';
import { encodeName } from '../model/names.ts';
import { shellWord } from '../text/shell.ts';
import type { PlannedSnapshot, Resolved } from '../model/snapshot.ts';
import type { Source, Task } from '../model/task.ts';
import { planAll, resolveAll } from './storages.ts';

/** What can be settled about an opening while the machine is only looked at. */
export interface Prepared {
  readonly mount: string;
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
  const { origins, leftOut, unclaimed } = await resolveAll([task.source], machine.providers);
  if (unclaimed) throw await whyUnclaimed(task.name, unclaimed, machine);
  const planned = await planAll(origins, task.size, { task: task.name, run }, machine.providers);
  const off = { growth: { possible: false, note: 'off' } };
  return {
    mount,
    planned: task.autoextend ? planned : planned.map((one) => ({ ...one, ...off })),
    leftOut: withoutExcluded(leftOut, task.choice),
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
