import path from 'node:path';
import type { Origin, Resolved } from './provider.ts';
import type { Task } from './task.ts';
import type { Content, Guests, GuestLv, MemberPlace, PlannedMount, Seen, Skipped } from './volume.ts';

/** Which parts of the snapshots are mounted where, and which are not. */
export interface Layout {
  readonly mounts: readonly PlannedMount[];
  readonly skipped: readonly Skipped[];
  /** For each origin the directory at or below which its mounts are. */
  readonly bases: readonly string[];
}

/** What is in the logical volumes of guests that could only be looked at as devices. */
export type Contents = ReadonlyMap<GuestLv, Content>;

/**
 * Where everything goes, the same from run to run: `<mount>` for a task of one origin, a directory per origin below it
 * for `each` (even if just one fits today: a path must not move when a second guest appears); below that `p<N>` for a
 * partition, and `<vg>/<lv>` for a logical volume of the guest. Pure.
 */
export function layOut(
  task: Task,
  mount: string,
  origins: readonly Origin[],
  seen: Seen,
  contents: Contents,
  refusal: Guests['refusal'],
): Layout {
  const mounts: PlannedMount[] = [];
  const skipped: Skipped[] = [];
  const bases = origins.map(({ directory }) => (task.source.kind === 'each' ? path.join(mount, ...directory) : mount));
  origins.forEach(({ label, subdirectory }, index) => {
    const volume = seen.volumes[index];
    if (volume === undefined) return;
    for (const part of partsOf(label, bases[index] ?? mount, index, seen, contents)) {
      const { type } = part.content;
      const refused = part.refused ?? refusal(part.content);
      if (refused) {
        const { reason, harmless } = refused;
        skipped.push({ label: part.label, origin: index, type, reason, harmless });
      } else if (type !== undefined) {
        const { label: name, extent, map, point } = part;
        mounts.push({
          label: name,
          origin: index,
          type,
          extent,
          map,
          snapshotDevice: volume.device,
          subdirectory,
          point,
        });
      }
    }
  });
  return { mounts, skipped, bases };
}

/** What could hold a file system. */
interface Part extends Pick<PlannedMount, 'label' | 'point' | 'extent' | 'map'> {
  readonly content: Content;
  readonly refused: GuestLv['refused'];
}

/** The volume itself, or its partitions, and in the place of a guest's physical volume the logical ones. */
function partsOf(
  label: string,
  base: string,
  index: number,
  { volumes, groups, members }: Seen,
  contents: Contents,
): readonly Part[] {
  const { table, content, partitions = [] } = volumes[index] ?? {};
  const whole =
    table === undefined && content ? [{ label, point: base, extent: undefined, content, number: undefined }] : [];
  const divided = partitions.map((one) => ({
    ...one,
    label: `${label}/p${one.number}`,
    point: path.join(base, `p${one.number}`),
  }));
  return [...whole, ...divided].flatMap(({ number, ...part }): readonly Part[] => {
    const here = ({ volume, partition }: MemberPlace): boolean => volume === index && partition === number;
    const group = groups.find(here);
    if (group) return group.lvs.map((lv) => guestPart(part, group.name, lv, lv.content ?? contents.get(lv)));
    return [{ ...part, map: undefined, refused: members.find(here) }];
  });
}

function guestPart(
  { label, point }: Pick<Part, 'label' | 'point'>,
  vg: string,
  { name, maps, refused }: GuestLv,
  content: Content | undefined,
): Part {
  const unseen = { reason: 'is only looked into when it is opened', harmless: true };
  return {
    label: `${label}/${vg}/${name}`,
    point: path.join(point, vg, name),
    extent: undefined,
    map: maps.at(-1)?.key,
    content: content ?? { type: undefined, uuid: undefined, doubt: undefined },
    refused: refused ?? (content ? undefined : unseen),
  };
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
