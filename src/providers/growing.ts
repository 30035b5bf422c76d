import type { Growing } from '../core/ports/provider.ts';
import type { Commands } from '../system/command.ts';
import { createLvmGrowing } from './lvm/growing.ts';

/** All storages whose snapshots can run full and be extended: the only part of the providers that the watcher loads. */
export function createGrowing(exec: Commands): readonly Growing[] {
  return [createLvmGrowing(exec)];
}
