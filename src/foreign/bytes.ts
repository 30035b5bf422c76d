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
