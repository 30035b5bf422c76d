import { agent } from './agent.ts';
import { barrier } from './barrier.ts';
import { command } from './command.ts';
import type { MeansEntry } from './entry.ts';
import { pause } from './pause.ts';
import { save } from './save.ts';

/** All means of bringing something to rest, in the order in which people are told of them. */
export const allMeans: readonly MeansEntry[] = [agent, pause, save, barrier, command];
