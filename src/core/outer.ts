import type { MemberPlace, Seen } from './volume.ts';

/** The partition of the disk that all of it is in. */
export function outerPartition(
  { volume, partition }: MemberPlace,
  { volumes }: Pick<Seen, 'volumes'>,
): number | undefined {
  const within = volumes[volume]?.within;
  return within ? outerPartition(within, { volumes }) : partition;
}
