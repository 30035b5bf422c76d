import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

let directory: string | undefined;

/** A directory for what an input is written to; of one input at a time. */
export function scratch(): string {
  directory ??= fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'holdstill-hostile-')));
  return directory;
}

export function removeScratch(): void {
  if (directory !== undefined) fs.rmSync(directory, { recursive: true });
  directory = undefined;
}
