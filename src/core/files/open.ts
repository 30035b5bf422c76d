import fs from 'node:fs';

/**
 * Opens what stands at a path itself: no link is followed, and a pipe in its place does not hold us for ever. `flags`: of open(2); what
 * they make is for its owner alone. Throws the error of open(2), `ELOOP` for a link.
 */
export function openUnfollowed(file: string, flags: number): number {
  const { O_NOFOLLOW, O_NONBLOCK } = fs.constants;
  return fs.openSync(file, flags | O_NOFOLLOW | O_NONBLOCK, 0o600);
}

/** Returns when what was made, renamed or removed in a directory outlives a power cut. Throws the errors of open(2) and fsync(2). */
export function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
