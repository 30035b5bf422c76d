import * as fc from 'fast-check';
import { isFault } from '../../../src/core/model/fault.ts';

/** What must hold of every input of a kind. */
export interface Property {
  readonly what: string;
  /** Inputs for `sample`; ten times as many for `all`. */
  readonly runs: number;
  run(runs: number, seed: number): Promise<{ readonly tried: number; readonly failure: string | undefined }>;
}

/**
 * Longer than this no input of up to 100 kB may take: a second, thrice for a machine that does other things as well.
 * What goes up with the square or worse takes ten seconds and more.
 */
const LIMIT_MS = 3000;

/** `holds` throws if the property does not hold of an input, or answers `false`. */
export function property<T>(
  what: string,
  runs: number,
  inputs: fc.Arbitrary<T>,
  holds: (input: T) => void | Promise<void>,
): Property {
  return {
    what,
    runs,
    async run(numRuns, seed) {
      const timed = fc.asyncProperty(inputs, async (input) => {
        if ((await timeOf(() => holds(input))) <= LIMIT_MS) return;
        // Another process may have had the CPU.
        const again = await timeOf(() => holds(input));
        if (again > LIMIT_MS) throw new Error(`took ${Math.round(again)} ms`);
      });
      const details = await fc.check(timed, { numRuns, seed, endOnFailure: false });
      if (!details.failed) return { tried: details.numRuns, failure: undefined };
      const error =
        details.errorInstance instanceof Error ? (details.errorInstance.stack ?? '') : String(details.errorInstance);
      const input = fc.stringify(details.counterexample).slice(0, 2000);
      return {
        tried: details.numRuns,
        failure: `${what}: seed ${details.seed}, path "${details.counterexamplePath}": ${input}: ${error}`,
      };
    },
  };
}

/** In milliseconds; or what all threads of this process had of the CPUs, if that is less, as where others want them too. */
async function timeOf(action: () => void | Promise<void>): Promise<number> {
  const [began, used] = [performance.now(), process.cpuUsage()];
  await action();
  const { user, system } = process.cpuUsage(used);
  return Math.min(performance.now() - began, (user + system) / 1000);
}

/** What the action gives; the Fault if it throws one. Anything else that is thrown is thrown on: it would be a bug. */
export async function orFault<T>(action: () => T | Promise<T>): Promise<T | Error> {
  try {
    return await action();
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}
