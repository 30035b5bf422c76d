import path from 'node:path';
import type { Growth } from '../core/provider.ts';

/** Bytes of a file name. */
const LONGEST = 255;

/** `.hs.<run>.<number>.<origin>`, without the last where that is too long. */
export function besideName(origin: string, run: string, index: number): string {
  const name = `.hs.${run}.${index}.${path.basename(origin)}`;
  return Buffer.byteLength(name) <= LONGEST ? name : `.hs.${run}.${index}.`;
}

/** Of what shares its blocks with its origin. */
export const SHARED_GROWTH: Growth = {
  possible: false,
  note: 'not needed: it grows with what is changed, in the space of the file system',
};
