import type { NotedStep } from '../../core/model/step.ts';
import { bootId } from '../../system/kernel/boot.ts';
import { lvremoveInterrupted } from '../../system/tools/lvm.ts';
import type { LvRow } from '../../system/tools/lvs.ts';
import { runTag } from './proof.ts';

/**
 * LVM writes its metadata more than once while it makes a thick snapshot: first there is a plain LV with the name and the
 * tags, then that becomes a snapshot; and back, when it is removed. What a power cut in between leaves is the plain LV
 * (2.03.16, seen). No origin can prove that it is ours; besides the random id of the run in its name and its tag its UUID
 * must do so, or the planned size where the hook died before it knew the UUID. While the machine runs on, a snapshot only
 * becomes a plain LV because somebody split it off (lvconvert --splitsnapshot), and then it is his.
 */
export function isInterrupted(row: LvRow, { step, facts }: NotedStep): boolean {
  const { vg, name, room, boot } = step;
  const uuid = facts?.['uuid'];
  return (
    room !== undefined &&
    row.vg === vg &&
    row.name === name &&
    row.tags.includes(runTag(step)) &&
    row.roles.join() === 'public' &&
    row.layout.includes('linear') &&
    (uuid === undefined ? String(row.bytes) === room : row.uuid === uuid && boot !== bootId())
  );
}

/** Words that remove it, if all of that still holds under LVM's own lock. */
export function removeInterruptedWords({ step, facts }: NotedStep): readonly string[] {
  const { vg = '', name = '', room = '' } = step;
  const uuid = facts?.['uuid'];
  return lvremoveInterrupted({
    vg,
    name,
    tag: runTag(step),
    identity: uuid === undefined ? { bytes: room } : { uuid },
  });
}
