import type { Quiescer } from '../core/ports/quiescer.ts';
import type { Exec } from '../system/command.ts';
import { createAgent } from './agent.ts';
import { createBarrier } from './barrier.ts';
import { createCommand } from './command.ts';
import { createMariadb } from './mariadb.ts';
import { createPause } from './pause.ts';
import { createPostgresql } from './postgresql.ts';
import { createSave } from './save.ts';

/** All ways to bring something to rest. */
export function createQuiescers(exec: Exec): readonly Quiescer[] {
  return [
    createAgent(exec),
    createPause(exec),
    createSave(exec),
    createBarrier(exec),
    createMariadb('mariadb', exec),
    createMariadb('mysql', exec),
    createPostgresql(exec),
    createCommand(exec),
  ];
}
