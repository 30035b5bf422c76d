import { existsSync, mkdtempSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';

/**
 * A directory that is made once. Made under another name and renamed, so that what is killed meanwhile leaves no half of it, and two
 * at once don't meet.
 */
export async function madeOnce(directory: string, make: (work: string) => Promise<unknown>): Promise<void> {
  if (existsSync(directory)) return;
  const work = mkdtempSync(`${directory}.`);
  try {
    await make(work);
    await rename(work, directory).catch((error: unknown) => {
      if (!existsSync(directory)) throw error; // another process was quicker: its own is as good
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
