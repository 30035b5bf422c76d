import type { Quiescer } from '../core/ports/quiescer.ts';
import type { Exec } from '../system/command.ts';
import { createCommand } from './command.ts';

/** All ways to bring something to rest. */
export function createQuiescers(exec: Exec): readonly Quiescer[] {
  return [createCommand(exec)];
}
