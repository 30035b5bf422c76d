import type { Provider } from '../core/provider.ts';
import type { Exec } from '../system/command.ts';
import { createLvm } from './lvm.ts';
import type { LvUsers } from './lvm/remove.ts';

/** All kinds of snapshot, in the order in which they are asked whether a source is theirs. */
export function createProviders(exec: Exec, users: LvUsers): readonly Provider[] {
  return [createLvm(exec, users)];
}
