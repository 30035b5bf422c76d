import fs from 'node:fs';
import path from 'node:path';

/** Where tools are looked for, whatever the caller's environment says. */
export const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Whether there is a program of this name; no process is started for it. */
export function hasProgram(name: string): boolean {
  return PATH.split(':').some((directory) => {
    try {
      fs.accessSync(path.join(directory, name), fs.constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
