import path from 'node:path';
import { SNAPSHOT } from '../core/model/names.ts';
import type { Growth } from '../core/model/snapshot.ts';

/** Bytes of a file name. */
const LONGEST = 255;

/** The directory for a run's snapshots of subvolumes. */
const DIRECTORY = /^\.hs\.([0-9a-f]{8})$/;

/** `.hs.<run>.<number>.<origin>`, without the last where that is too long. */
export function besideName(origin: string, run: string, index: number): string {
  const name = `${directoryName(run)}.${index}.${path.basename(origin)}`;
  return Buffer.byteLength(name) <= LONGEST ? name : `${directoryName(run)}.${index}.`;
}

/** `.hs.<run>` */
export function directoryName(run: string): string {
  return `.hs.${run}`;
}

/** `<number>.<origin>`, the name in such a directory. */
export function insideName(origin: string, index: number): string {
  const name = `${index}.${path.basename(origin)}`;
  return Buffer.byteLength(name) <= LONGEST ? name : `${index}.`;
}

/** The run of which a snapshot is that lies in such a directory, or beside its origin as those of version 0.1.0; undefined: it is none. */
export function runOf(place: string): string | undefined {
  const [directory = '', name = ''] = place.split('/').slice(-2);
  const inside = /^\d+\./.test(name) ? DIRECTORY.exec(directory)?.[1] : undefined;
  return inside ?? SNAPSHOT.exec(path.basename(place))?.[1];
}

/** Of what shares its blocks with its origin. */
export const SHARED_GROWTH: Growth = {
  possible: false,
  note: 'not needed: it grows with what is changed, in the space of the file system',
};
