import fs from 'node:fs';
import { SECTOR } from '../../core/text/bytes.ts';

/**
 * Bytes that were written to a block device or discarded on it since it was made: the kernel's own count, of whoever it was
 * (Documentation/block/stat.rst of Linux 6.1: write sectors and, since 4.18, discard sectors). Undefined: there is no such
 * device, or it does not count.
 */
export function writtenTo(number: string): number | undefined {
  try {
    return parseWritten(fs.readFileSync(`/sys/dev/block/${number}/stat`, 'utf8'));
  } catch {
    return undefined;
  }
}

export function parseWritten(text: string): number | undefined {
  const fields = text.trim().split(/\s+/).map(Number);
  const [written, discarded = 0] = [fields[6], fields[13]];
  return written === undefined || Number.isNaN(written + discarded) ? undefined : (written + discarded) * SECTOR;
}
