import path from 'node:path';
import type { Origin, Resolved } from './provider.ts';
import type { Task } from './task.ts';
import type { Content, Guests, PlannedMount, Skipped, Volume } from './volume.ts';

/** Which parts of the snapshots are mounted where, and which are not. */
export interface Layout {
  readonly mounts: readonly PlannedMount[];
  readonly skipped: readonly Skipped[];
  /** For each origin the directory at or below which its mounts are. */
  readonly bases: readonly string[];
}

/**
 * Where everything goes, the same from run to run: `<mount>` for a task of one origin, a directory per origin below it
 * for `each` (even if just one fits today: a path must not move when a second guest appears); below that `p<N>` for a
 * partition. Pure.
 */
export function layOut(
  task: Task,
  mount: string,
  origins: readonly Origin[],
  volumes: readonly Volume[],
  refusal: Guests['refusal'],
): Layout {
  const mounts: PlannedMount[] = [];
  const skipped: Skipped[] = [];
  const bases: string[] = [];
  origins.forEach((origin, index) => {
    const volume = volumes[index];
    const base = task.source.kind === 'each' ? path.join(mount, ...origin.directory) : mount;
    bases[index] = base;
    if (volume === undefined) return;
    const place = (label: string, content: Content, point: string, extent: PlannedMount['extent']): void => {
      const refused = refusal(content);
      if (refused) {
        skipped.push({ label, origin: index, type: content.type, ...refused });
      } else if (content.type !== undefined) {
        const snapshotDevice = volume.device;
        mounts.push({
          label,
          origin: index,
          type: content.type,
          extent,
          snapshotDevice,
          subdirectory: origin.subdirectory,
          point,
        });
      }
    };
    if (volume.table === undefined) place(origin.label, volume.content, base, undefined);
    for (const { number, content, extent } of volume.partitions) {
      place(`${origin.label}/p${number}`, content, path.join(base, `p${number}`), extent);
    }
  });
  return { mounts, skipped, bases };
}

/**
 * The origins of which nothing at all would be saved though they hold something; their labels and reasons. A job over
 * such a task would be green and empty.
 */
export function emptyOrigins(origins: readonly Origin[], { mounts, skipped }: Layout): readonly string[] {
  const empty = origins.flatMap((origin, index) => {
    if (mounts.some((mount) => mount.origin === index)) return [];
    const parts = skipped.filter((part) => part.origin === index);
    if (parts.length > 0 && parts.every((part) => part.harmless)) return [];
    const why = parts.map((part) => `${part.label}: ${part.reason}`).join('; ');
    return [why || `${origin.label}: an empty partition table`];
  });
  if (empty.length === 0 && mounts.length === 0) {
    return skipped.map((part) => `${part.label}: ${part.reason}`);
  }
  return empty;
}

/** What the job will not save, most important first. */
export function notSaved({ skipped }: Layout, leftOut: Resolved['leftOut']): readonly string[] {
  const told = ({ label, type, reason }: Skipped): string => `${label}: ${type ?? 'unknown'}, ${reason}`;
  return [
    ...skipped.filter(({ harmless }) => !harmless).map(told),
    ...leftOut.map(({ label, reason }) => `${label}: ${reason}`),
    ...skipped.filter(({ harmless }) => harmless).map(told),
  ];
}
