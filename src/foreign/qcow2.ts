import fs from 'node:fs';
import { openUnfollowed } from '../core/files/open.ts';

/** What the header of a qcow2 image says: docs/interop/qcow2.txt of QEMU 7.2. All numbers are big-endian. */
export interface Qcow2Header {
  /** Bytes that the guest sees. */
  readonly bytes: number;
  /** What lies below it, as it stands there: a path, perhaps a relative one, or anything else. Undefined: nothing. */
  readonly backing: string | undefined;
  readonly encrypted: boolean;
  /** QEMU found damage in it, and writes to it no more. */
  readonly corrupt: boolean;
  /** Its data are in another file, which it names. */
  readonly outside: boolean;
  /** It has what this version does not know. */
  readonly unknown: boolean;
}

const MAGIC = 0x514649fb;
/** Bytes of the header that are looked at: those of version 2, and three fields of version 3. */
const LENGTH = 104;
/** QEMU takes no longer name: block/qcow2.c. */
const MOST_NAME = 1023;
const INCOMPATIBLE = { corrupt: 1n << 1n, outside: 1n << 2n } as const;
/** Dirty (the counts of references are put right when it is next written to), the kind of compression, extended entries. */
const HARMLESS = (1n << 0n) | (1n << 3n) | (1n << 4n);

/** The header of a file; undefined: it is no qcow2 image. Follows no link. Throws the errors of open(2) and read(2). */
export function qcow2Header({ file }: { readonly file: string }): Qcow2Header | undefined {
  const descriptor = openUnfollowed(file, fs.constants.O_RDONLY);
  try {
    return readHeader((offset, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, length, offset));
    });
  } finally {
    fs.closeSync(descriptor);
  }
}

/** `read`: so many bytes from an offset, fewer where the file ends. */
function readHeader(read: (offset: number, length: number) => Buffer): Qcow2Header | undefined {
  const header = read(0, LENGTH);
  if (header.length < LENGTH || header.readUInt32BE(0) !== MAGIC) return undefined;
  const version = header.readUInt32BE(4);
  const features = version < 3 ? 0n : header.readBigUInt64BE(72);
  const [at, length] = [Number(header.readBigUInt64BE(8)), header.readUInt32BE(16)];
  const known = HARMLESS | INCOMPATIBLE.corrupt | INCOMPATIBLE.outside;
  const strange = version < 2 || version > 3 || length > MOST_NAME || !Number.isSafeInteger(at);
  return {
    bytes: Number(header.readBigUInt64BE(24)),
    backing: at === 0 || length === 0 || strange ? undefined : read(at, length).toString('utf8'),
    encrypted: header.readUInt32BE(32) !== 0,
    corrupt: (features & INCOMPATIBLE.corrupt) !== 0n,
    outside: (features & INCOMPATIBLE.outside) !== 0n,
    unknown: strange || (features & ~known) !== 0n,
  };
}
