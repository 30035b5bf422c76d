import { dmUuid, numbersByUuid } from './blockdev.ts';
import type { LoopDevice } from './loops.ts';

/** What proves devices of one kind to be what they were, whatever their names and numbers (`major:minor`) are by now. */
export interface Recogniser {
  /** Undefined: it is not a device of this kind, or is gone. */
  identityOf(number: string): string | undefined;
  /** The numbers of all devices of this kind by what proves them. */
  numbers(): ReadonlyMap<string, string>;
}

/**
 * One entry for each kind of device that is a volume of its own. A loop device is none: it stands on a volume or a file,
 * and another one may stand on the same.
 */
const RECOGNISERS: readonly Recogniser[] = [{ identityOf: dmUuid, numbers: numbersByUuid }];

/** What proves a device; undefined: nothing that we know. */
export function identityOf(number: string, recognisers = RECOGNISERS): string | undefined {
  for (const recogniser of recognisers) {
    const identity = recogniser.identityOf(number);
    if (identity !== undefined) return identity;
  }
  return undefined;
}

/** The numbers of all devices that can be proved, by what proves them. */
export function numbersByIdentity(recognisers = RECOGNISERS): ReadonlyMap<string, string> {
  return new Map(recognisers.flatMap((recogniser) => [...recogniser.numbers()]));
}

/**
 * What a device really stands on, whatever it is called: what proves itself, or the volume below a loop device, else how
 * the image below it is known, also by its path as journals of version 0.1.0 have it. Empty: that is not known.
 */
export function volumesUnder(
  number: string,
  loops: readonly LoopDevice[],
  recognisers = RECOGNISERS,
): readonly string[] {
  const identity = identityOf(number, recognisers);
  if (identity !== undefined) return [identity];
  const loop = loops.find((one) => one.number === number);
  if (!loop) return [];
  if (loop.below !== undefined) return volumesUnder(loop.below, loops, recognisers);
  // The kernel adds a word to the path of one that was deleted.
  const path = `file:${loop.backing.replace(/ \(deleted\)$/, '')}`;
  return loop.file === undefined ? [path] : [`file:${loop.file}`, path];
}
