import type { Guest } from '../core/model/guest.ts';
import type { NotedStep, Outcome, Step } from '../core/model/step.ts';
import type { Still } from './guests.ts';

/** What a file takes besides the memory: the state of the devices, and the definition. */
export const BESIDE_BYTES = 64 * 1024 * 1024;

/** How the memory of a guest gets into a file, and how the guest goes on, by the tool of its hypervisor. */
export interface Saver {
  /** Why one that is paused can't be saved, and what a cut is worth then; undefined: it can, and is paused again. */
  readonly paused: Omit<Still, 'guest'> | undefined;
  /** The most bytes that its file can take. Throws `quiesce.failed` where the guest could not be brought back. */
  bytes(guest: Guest): Promise<number>;
  /** The file while it is being written, where it has another name then: it is never kept. */
  unfinished(file: string): string | undefined;
  /**
   * Writes the memory into the file of the step: undefined, and the guest rests; or why that failed. Throws `quiesce.failed` where somebody
   * else has started or stopped the guest meanwhile, `tool.timeout` after so many milliseconds.
   */
  save(step: Step, mostMs: number): Promise<string | undefined>;
  /** Lets it go, or finds that it was. Never throws. */
  letGo(noted: NotedStep): Promise<Outcome>;
  /** Whether it may need its file to go on. */
  needsFile(step: Step): Promise<boolean>;
  /** The words that let it go, for people. */
  byHand(step: Step): readonly string[];
}
