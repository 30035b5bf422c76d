import fs from 'node:fs';

/** Why the kernel gave up thick snapshots since it started, as far as its log still shows; it does not say which ones. */
export interface Losses {
  /** One had no room left for another change. */
  readonly full: boolean;
  /** One could not be read or written. */
  readonly broken: boolean;
}

/** Reads drivers/md/dm-snap.c (Linux 6.1): `device-mapper: snapshots: Invalidating snapshot: Error reading/writing.` */
export function parseLosses(log: string): Losses {
  return {
    full: /snapshots: .*napshot.*: Unable to allocate exception/.test(log),
    broken: /snapshots: Invalidating snapshot: Error reading\/writing/.test(log),
  };
}

/** More records than the kernel keeps: it may print faster than we read. */
const MOST = 100_000;

/** What /dev/kmsg says; nothing where it can't be read. */
export function readLosses(): Losses {
  return parseLosses(kernelLog());
}

function kernelLog(): string {
  let log = '';
  let fd: number | undefined;
  try {
    fd = fs.openSync('/dev/kmsg', fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const record = Buffer.alloc(16 * 1024);
    for (let records = 0; records < MOST; records += 1) {
      const bytes = readRecord(fd, record);
      if (bytes === undefined) continue;
      const text = record.toString('latin1', 0, bytes);
      if (text.includes('snapshots: ')) log += text;
    }
  } catch {
    // EAGAIN: that was all.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
  return log;
}

/** Undefined: the record was overwritten before it was read (EPIPE); the next read goes on behind it. */
function readRecord(fd: number, record: Buffer): number | undefined {
  try {
    return fs.readSync(fd, record);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return undefined;
    throw error;
  }
}
