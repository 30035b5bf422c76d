import fs from 'node:fs';

/** The bytes at a place of a file or device, fewer where it ends before. Throws the errors of open(2) and read(2). */
export function readAt({
  file,
  at,
  bytes,
}: {
  readonly file: string;
  readonly at: number;
  readonly bytes: number;
}): Buffer {
  // A pipe in its place would hold us for ever.
  const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(bytes);
    let done = 0;
    for (let read = -1; read !== 0 && done < bytes; done += read) {
      read = fs.readSync(descriptor, buffer, done, bytes - done, at + done);
    }
    return buffer.subarray(0, done);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** A place of a device. */
export interface Spot {
  readonly device: string;
  readonly at: number;
}

const BLOCK = 4096;
/** O_DIRECT needs memory at a multiple of what the device says, of which `Page` has each up to a block: open(2). */
const page = Buffer.from(new ArrayBuffer(2 * BLOCK));
let aligned: number | undefined;

/**
 * Of which of these places a block can be read past all caches; false also for those that were not come to within `ms`.
 * `file`: the first of the devices.
 */
export function readable({
  spots,
  ms,
}: {
  readonly file: string;
  readonly spots: readonly Spot[];
  readonly ms: number;
}): readonly boolean[] {
  const end = performance.now() + ms;
  return spots.map((spot) => performance.now() < end && isReadable(spot));
}

function isReadable({ device, at }: Spot): boolean {
  let descriptor: number | undefined;
  try {
    const { O_RDONLY, O_NONBLOCK, O_DIRECT } = fs.constants;
    descriptor = fs.openSync(device, O_RDONLY | O_NONBLOCK | O_DIRECT);
    return readBlock(descriptor, at);
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** Throws the errors of read(2). */
function readBlock(descriptor: number, at: number): boolean {
  // Node.js does not say where the memory of a buffer lies, so it is tried: of 8 bytes each it is a multiple.
  for (let offset = aligned ?? 0; offset < BLOCK; offset += 8) {
    try {
      const read = fs.readSync(descriptor, page, offset, BLOCK, at);
      aligned = offset;
      return read > 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
    }
  }
  return false;
}
