import type { MemberPlace, Inspection } from './volume.ts';

/** The partitions of disks that something is in, which may also have parts in other places. */
export function ancestorPartitions(
  { also = [], ...place }: MemberPlace & { readonly also?: readonly MemberPlace[] },
  seen: Pick<Inspection, 'volumes' | 'containers'>,
): readonly number[] {
  const numbers = [place, ...also].flatMap(({ volume, partition }): readonly number[] => {
    const within = seen.volumes[volume]?.within;
    if (!within) return partition === undefined ? [] : [partition];
    const container = seen.containers.find((one) => isSame(one, within));
    return ancestorPartitions(container ?? within, seen);
  });
  return [...new Set(numbers)];
}

/** The types of what something is in, innermost first: that of its own part, and of all around it. */
export function ancestorTypes(
  { volume, partition }: MemberPlace,
  seen: Pick<Inspection, 'volumes'>,
): readonly string[] {
  const { content, partitions = [], within } = seen.volumes[volume] ?? {};
  const part = partition === undefined ? content : partitions.find(({ number }) => number === partition)?.content;
  const around = within ? ancestorTypes(within, seen) : [];
  return part?.type === undefined ? around : [part.type, ...around];
}

function isSame(one: MemberPlace, other: MemberPlace): boolean {
  return one.volume === other.volume && one.partition === other.partition;
}
