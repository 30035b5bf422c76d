import type { Member, MemberPlace } from '../core/model/volume.ts';

/** Where something is, without what else is known of it. */
export function placeOf({ volume, partition }: MemberPlace): MemberPlace {
  return { volume, partition };
}

/** A part below which nothing is shown; `harmless`: since it is shown elsewhere. */
export function refusedMember(place: MemberPlace, reason: string, harmless = false): Member {
  return { ...placeOf(place), reason, harmless };
}

/** The members of each volume: what distinguishes copies of one guest. */
export function byVolume<T extends MemberPlace>(members: readonly T[]): readonly (readonly T[])[] {
  const volumes = [...new Set(members.map(({ volume }) => volume))];
  return volumes.map((volume) => members.filter((one) => one.volume === volume));
}
