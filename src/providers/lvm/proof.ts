import type { NotedStep, Step } from '../../core/model/step.ts';
import type { LvRow } from '../../system/tools/lvs.ts';

const RUN_TAG = 'holdstill.run=';

/** The tags of the snapshot that a step makes. */
export function tagsOf(step: Step): readonly string[] {
  return ['holdstill', `holdstill.task=${step['task']}`, runTag(step)];
}

export function runTag(step: Step): string {
  return `${RUN_TAG}${step['run']}`;
}

/** The run that a snapshot is marked with; undefined: it is not marked as ours. */
export function markedRun({ tags, roles }: LvRow): string | undefined {
  if (!tags.includes('holdstill') || !roles.includes('snapshot')) return undefined;
  return tags.find((tag) => tag.startsWith(RUN_TAG))?.slice(RUN_TAG.length);
}

/**
 * Whether an LV is the snapshot that a step made: by run and origin and, once it is known, by its UUID, else by its name;
 * never by the name alone. The origin's UUID holds the VG's, so a VG may have been renamed.
 */
export function isProven(row: LvRow, { step, facts }: Pick<NotedStep, 'step' | 'facts'>): boolean {
  const uuid = facts?.['uuid'];
  return (
    (uuid === undefined ? row.name === step['name'] : row.uuid === uuid) &&
    row.roles.includes('snapshot') &&
    row.tags.includes(runTag(step)) &&
    row.originUuid === step['originUuid']
  );
}
