import fs from 'node:fs';
import { Fault } from '../../core/fault.ts';
import type { Origin } from '../../core/provider.ts';
import { whyNot } from '../../core/why.ts';
import { inodeOf } from './proof.ts';

/** An image that is open, so that its name can be given to nothing else while it is read. */
export interface Source {
  /** By which our children reach it. */
  readonly path: string;
  /** Bytes. */
  readonly usedBytes: () => number;
  /** Another text once it was written to. */
  readonly changed: () => string;
  readonly close: () => void;
}

/**
 * Opens the image of an origin. Others may write to its directory, and put a link to what is not theirs in its place: it
 * has to be the file that was found. Throws `snapshot.failed`.
 */
export function openSource({ device, label }: Origin, inode: string | undefined): Source {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  let descriptor: number;
  try {
    descriptor = fs.openSync(device, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    throw new Fault('snapshot.failed', `${label} can't be read any more: ${whyNot(error)}`, { cause: error });
  }
  if (inodeOf(fs.fstatSync(descriptor, { bigint: true })) !== inode) {
    fs.closeSync(descriptor);
    throw new Fault('snapshot.failed', `${label} is not the file any more that was there just now`);
  }
  return {
    path: `/proc/${process.pid}/fd/${descriptor}`,
    usedBytes: () => fs.fstatSync(descriptor).blocks * 512,
    changed: () => {
      const { mtimeNs, size } = fs.fstatSync(descriptor, { bigint: true });
      return `${mtimeNs} ${size}`;
    },
    close: () => fs.closeSync(descriptor),
  };
}
