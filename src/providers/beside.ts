import path from 'node:path';

/** Bytes of a file name. */
const LONGEST = 255;

/** What our snapshots of images are called. */
export const SNAPSHOT = /^\.hs\.([0-9a-f]{8})\./;

/** `.hs.<run>.<image>` beside the image, or with a number where that is too long. */
export function snapshotPath(file: string, run: string, index: number): string {
  const name = `.hs.${run}.${index}.${path.basename(file)}`;
  return path.join(path.dirname(file), Buffer.byteLength(name) <= LONGEST ? name : `.hs.${run}.${index}.img`);
}
