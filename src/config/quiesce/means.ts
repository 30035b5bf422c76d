import { agent } from './agent.ts';
import { barrier } from './barrier.ts';
import { command } from './command.ts';
import type { MeansEntry } from './entry.ts';
import { mariadb, mysql } from './mariadb.ts';
import { pause } from './pause.ts';
import { postgresql } from './postgresql.ts';
import { save } from './save.ts';

/** All means of bringing something to rest, in the order in which people are told of them. */
export const allMeans: readonly MeansEntry[] = [agent, pause, save, barrier, mariadb, mysql, postgresql, command];
