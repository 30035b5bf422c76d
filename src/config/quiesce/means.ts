import { command } from './command.ts';
import type { MeansEntry } from './entry.ts';

/** All means of bringing something to rest, in the order in which people are told of them. */
export const allMeans: readonly MeansEntry[] = [command];
