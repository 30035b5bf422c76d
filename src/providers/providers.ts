import type { Progress, Provider } from '../core/ports/provider.ts';
import type { Exec } from '../system/command.ts';
import { createBtrfs } from './btrfs.ts';
import { createFile } from './file.ts';
import { createLvm } from './lvm.ts';
import type { LvUsers } from './lvm/remove.ts';

/** All kinds of snapshot, in the order in which they are asked whether a source is theirs: btrfs may lie on an LV, and its own snapshots can be mounted beside it. */
export function createProviders(
  exec: Exec,
  users: LvUsers,
  progress: Progress,
  checkInterrupted: () => void,
): readonly Provider[] {
  return [createBtrfs(exec), createLvm(exec, users), createFile(exec, progress, checkInterrupted)];
}
