import path from 'node:path';
import { Fault } from './fault.ts';
import type { Machine } from './machine.ts';
import { encodeName } from './names.ts';
import type { PlannedSnapshot, Resolved } from './provider.ts';
import type { Task } from './task.ts';

/** What can be settled about an opening while the machine is only looked at. */
export interface Prepared {
  readonly mount: string;
  readonly planned: readonly PlannedSnapshot[];
  readonly leftOut: Resolved['leftOut'];
}

/**
 * Finds the origins, checks the room for all their snapshots and that the mount point can be used. Changes nothing, so
 * a fault here leaves nothing to undo. `plan` shows what this finds, `open` carries it out.
 */
export async function prepare(task: Task, run: string, machine: Machine): Promise<Prepared> {
  const mount = task.mount ?? path.join(machine.runDirectory, encodeName(task.name));
  machine.mountPoints.check(mount, machine.runDirectory);
  for (const provider of machine.providers) {
    const resolved = await provider.resolve(task.source);
    if (resolved === undefined) continue;
    const planned = await provider.plan(resolved.origins, task.size, { task: task.name, run });
    const off = { growth: { possible: false, note: 'off' } };
    return {
      mount,
      planned: task.autoextend ? planned : planned.map((one) => ({ ...one, ...off })),
      leftOut: resolved.leftOut,
    };
  }
  throw new Fault('origin.unknown', `no storage that holdstill knows is behind task '${task.name}'`);
}
