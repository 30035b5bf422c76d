import fs from 'node:fs';
import path from 'node:path';
import { CODE_DIRECTORY, CONFIG_DIRECTORY, LOG_FILE, RUN_DIRECTORY, STATE_DIRECTORY } from '../paths.ts';
import { deviceNumber } from './blockdev.ts';
import { devicesAbove, type LoopDevice } from './loops.ts';
import { readMounts, visibleAt } from './mountinfo.ts';
import { readSwaps } from './uses.ts';

/** What neither the host nor we can do without for a second: programs, LVM's own files (lvm.conf(5): backup, archive, locks), ours. */
const NEEDED = [
  '/',
  '/usr',
  '/etc',
  '/etc/lvm',
  '/var',
  '/var/lib',
  '/var/log',
  '/run',
  '/tmp',
  '/dev',
  CONFIG_DIRECTORY,
  STATE_DIRECTORY,
  RUN_DIRECTORY,
  CODE_DIRECTORY,
  path.dirname(LOG_FILE),
];

/** A device (`major:minor`) and all that stand on it, loop devices over files in its file system as well. */
export function standingOn(number: string, loops: readonly LoopDevice[]): ReadonlySet<string> {
  const found = new Set([number]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const above of devicesAbove(found, loops)) found.add(above.number);
    // The number of a file's file system comes first: `fileId`.
    for (const loop of loops) if (found.has(loop.file?.split(' ')[0] ?? '')) found.add(loop.number);
  }
  return found;
}

/** A directory or swap that is on one of these devices and that the host or we ourselves need; undefined: none is. */
export function ownThingOn(numbers: ReadonlySet<string>): string | undefined {
  const mounts = readMounts();
  const program = [process.execPath, process.argv[1] ?? '/'].map((file) => path.dirname(path.resolve(file)));
  const directory = [...NEEDED, ...program].find((one) => {
    const entry = visibleAt(withoutLinks(one), mounts);
    // A btrfs has a number that is no device's.
    return entry && (numbers.has(entry.device) || numbers.has(deviceNumber(entry.source) ?? ''));
  });
  if (directory !== undefined) return directory;
  const swap = readSwaps().find((file) => {
    return numbers.has(deviceNumber(file) ?? visibleAt(file, mounts)?.device ?? '');
  });
  return swap === undefined ? undefined : `swap (${swap})`;
}

/** A directory that is not there is looked for at its own name. */
function withoutLinks(directory: string): string {
  try {
    return fs.realpathSync(directory);
  } catch {
    return directory;
  }
}
