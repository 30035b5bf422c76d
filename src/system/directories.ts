import fs from 'node:fs';
import path from 'node:path';
import { Fault } from '../core/model/fault.ts';
import { checkTrusted, errorCode } from '../core/files/trust.ts';
import { whyNot, writeHint } from '../core/text/why.ts';
import { LOG_FILE, RUN_DIRECTORY, STATE_DIRECTORY } from './paths.ts';

const OURS_ALONE = 0o700;

/**
 * Makes the directories of ours that are missing. Throws `state.insecure` where others than root could put something
 * into that of the journals or of the mounts, before anything is tried, and `journal.unwritable`.
 */
export function ensureDirectories(): void {
  for (const directory of [STATE_DIRECTORY, RUN_DIRECTORY]) {
    make(directory);
    checkState(directory);
  }
  // Others may have no business in it, however it came to be: what is mounted below has the rights of some guest.
  const { mode } = fs.statSync(RUN_DIRECTORY);
  try {
    if ((mode & 0o7777) !== OURS_ALONE) fs.chmodSync(RUN_DIRECTORY, OURS_ALONE);
  } catch (error) {
    throw unwritable(RUN_DIRECTORY, error);
  }
  try {
    make(path.dirname(LOG_FILE));
  } catch {
    // There will be no log.
  }
}

/** Throws `state.insecure` unless only root can change what is in a directory of ours. One that is missing is fine. */
export function checkState(directory: string = STATE_DIRECTORY): void {
  try {
    checkTrusted(directory, 'directory', 0, 'state');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function make(directory: string): void {
  try {
    const first = fs.mkdirSync(directory, { mode: OURS_ALONE, recursive: true });
    // The umask of whoever called us may have been anything.
    if (first !== undefined) fs.chmodSync(directory, OURS_ALONE);
  } catch (error) {
    throw unwritable(directory, error);
  }
}

/** A place of ours that can't be made or written. */
export function unwritable(file: string, error: unknown): Fault {
  return new Fault('journal.unwritable', `${file} can't be made: ${whyNot(error)}`, {
    hint: writeHint(error, file),
    cause: error,
  });
}
