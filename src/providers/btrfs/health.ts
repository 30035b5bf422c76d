import type { Health } from '../../core/model/snapshot.ts';
import type { NotedStep } from '../../core/model/step.ts';
import type { Exec } from '../../system/command.ts';
import { isProven, placeElsewhere } from './remove.ts';
import { subvolumeAt } from './subvolumes.ts';

/** Good as long as it is what was taken, wherever somebody moved it: what is read are its mounts. */
export async function healthOf(noted: NotedStep, exec: Exec): Promise<Health> {
  const { name = '', label } = noted.step;
  const reason = await complaintOf(noted, exec);
  return {
    kind: reason === undefined ? 'good' : 'bad',
    reason: reason && `${label}: its snapshot ${name} ${reason}`,
    fill: undefined,
    bytes: 0,
  };
}

async function complaintOf(noted: NotedStep, exec: Exec): Promise<string | undefined> {
  const { step, facts } = noted;
  const now = await subvolumeAt(step['name'] ?? '', exec);
  const generation = facts?.['generation'];
  if (now && isProven(now, noted)) {
    if (now.readOnly && (generation ?? now.generation) === now.generation) return undefined;
    return 'was made writable, and may have been changed';
  }
  const moved = await placeElsewhere(noted, exec);
  if (typeof moved === 'object' && moved.generation === generation) return undefined;
  return now ? 'is not the one that was taken' : 'is gone: somebody deleted it';
}
