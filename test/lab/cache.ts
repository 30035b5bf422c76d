import { mkdirSync, statSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Where packages, Node binaries and CPU locks stay between runs. */
export function cacheDirectory(): string {
  const preferred = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'holdstill-lab');
  try {
    mkdirSync(preferred, { recursive: true });
    return preferred;
  } catch {
    return ownTemporaryDirectory();
  }
}

/** For accounts without a home. Anyone may make a directory of that name in /tmp, so it must prove to be ours. */
function ownTemporaryDirectory(): string {
  const { uid } = userInfo();
  const directory = join(tmpdir(), `holdstill-lab-${String(uid)}`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { uid: owner, mode } = statSync(directory);
  if (owner !== uid || (mode & 0o022) !== 0) throw new Error(`${directory} is not ours alone; set XDG_CACHE_HOME`);
  return directory;
}
