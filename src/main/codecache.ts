import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { openUnfollowed } from '../core/files/open.ts';
import { checkTrusted } from '../core/files/trust.ts';

/** V8 (11.3, Node.js 20.20) does not check what it is given: a bit that is wrong ends the process by SIGSEGV. So a checksum comes first. */
const CHECKSUM_BYTES = 32;
const LARGEST = 16 * 1024 * 1024;
/** A cache must not take the last room that others need. */
const LEAST_FREE = 64 * 1024 * 1024;
/** What another version of the program has kept may still be used. */
const OLD_MS = 24 * 3600 * 1000;

/**
 * V8's code as `writeCode` has kept it. It is run as it is, so it must be a regular file of root's that nobody else can change
 * and that has no other name, in a directory that is trusted. Undefined: there is none, or whatever is wrong with it.
 */
export function readCode(file: string): Buffer | undefined {
  let fd: number | undefined;
  try {
    checkTrusted(path.dirname(file), 'directory', 0, 'state');
    fd = openUnfollowed(file, fs.constants.O_RDONLY);
    const stats = fs.fstatSync(fd);
    if (!stats.isFile() || stats.uid !== 0 || (stats.mode & 0o022) !== 0 || stats.nlink !== 1) return undefined;
    if (stats.size > LARGEST) return undefined;
    const bytes = fs.readFileSync(fd);
    const data = bytes.subarray(CHECKSUM_BYTES);
    return checksum(data).equals(bytes.subarray(0, CHECKSUM_BYTES)) ? data : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Keeps code for the runs to come; removes what is old of the same part. Never throws. */
export function writeCode(file: string, code: () => Buffer): void {
  const sealed = (): Buffer => {
    const data = code();
    return Buffer.concat([checksum(data), data]);
  };
  if (keep(file, sealed)) removeOld(file);
}

/** Writes a file of the cache, where that is a trusted place with room for it, and says whether it did. Never throws. */
export function keep(file: string, content: () => Buffer): boolean {
  const directory = path.dirname(file);
  const unfinished = `${file}.${process.pid}`;
  try {
    if (fs.lstatSync(directory, { throwIfNoEntry: false }) === undefined) fs.mkdirSync(directory, { mode: 0o700 });
    checkTrusted(directory, 'directory', 0, 'state');
    const { bavail, bsize } = fs.statfsSync(directory);
    if (bavail * bsize < LEAST_FREE) return false;
    fs.writeFileSync(unfinished, content(), { mode: 0o600, flag: 'wx' });
    fs.renameSync(unfinished, file);
    return true;
  } catch {
    // The next run tries again; until then it takes longer.
    remove(unfinished);
    return false;
  }
}

function remove(file: string): void {
  try {
    fs.unlinkSync(file);
  } catch {
    // it was never made
  }
}

function removeOld(file: string): void {
  const directory = path.dirname(file);
  const part = path.basename(file).split('.', 1)[0];
  try {
    for (const name of fs.readdirSync(directory)) {
      const other = path.join(directory, name);
      if (other === file || !name.startsWith(`${part}.`)) continue;
      if (Date.now() - fs.lstatSync(other).mtimeMs > OLD_MS) fs.unlinkSync(other);
    }
  } catch {
    // The next one that keeps something does it.
  }
}

function checksum(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
