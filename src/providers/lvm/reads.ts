import { isFault } from '../../core/model/fault.ts';
import type { Exec } from '../../system/command.ts';
import { deviceBytes, deviceOf, nodeOf, numbersByUuid } from '../../system/kernel/blockdev.ts';
import { readBlock } from '../../system/tools/dd.ts';

/** How long a block may take to be read. */
const ANSWER_MS = 20_000;
/** How long all of them may, in one process; what did not answer by then is tried alone. */
const TOGETHER_MS = 5000;
/** Up to so many blocks a dd each is done before a process that reads them all has begun. */
const FEW = 8;
const BLOCK = 4096;

/** Where a block is read: at a share (0 to 1) of the device with this device-mapper UUID. */
export interface Spot {
  readonly uuid: string;
  readonly share: number;
}

/** Why a block can't be read; undefined: it can. */
export type BlockReader = (spot: Spot) => Promise<string | undefined>;

/**
 * Reads blocks past all caches, many of them in one process. What that can't read, or what makes it hang, is read by a
 * process of its own, which says why. `spots`: those that will be asked for.
 */
export async function createBlockReader(spots: readonly Spot[], exec: Exec): Promise<BlockReader> {
  const numbers = numbersByUuid();
  const there = spots.flatMap(({ uuid, share }) => {
    const number = numbers.get(uuid);
    if (number === undefined) return [];
    const device = nodeOf(number);
    const bytes = deviceBytes(device);
    return Number.isFinite(bytes) ? [{ uuid, share, device, at: placeAt(bytes, share) }] : [];
  });
  const answers = there.length > FEW ? await readTogether(there, exec) : [];
  const sound = new Set(there.filter((_, index) => answers[index]).map(({ uuid, share }) => `${uuid} ${share}`));
  return async ({ uuid, share }) => {
    if (sound.has(`${uuid} ${share}`)) return undefined;
    const device = deviceOf(uuid);
    return device === undefined ? 'it is not there' : readAlone(device, share, exec);
  };
}

function placeAt(bytes: number, share: number): number {
  return Math.floor((bytes * share) / BLOCK) * BLOCK;
}

async function readTogether(
  spots: readonly { readonly device: string; readonly at: number }[],
  exec: Exec,
): Promise<readonly boolean[]> {
  const about = { file: spots[0]?.device ?? '', spots: spots.map(({ device, at }) => ({ device, at })) };
  // Its last read begins before its time is over.
  return exec.ask('readable', { ...about, ms: TOGETHER_MS - 1000 }, TOGETHER_MS).catch(() => []);
}

async function readAlone(device: string, share: number, exec: Exec): Promise<string | undefined> {
  try {
    return await exec.run(readBlock(device, deviceBytes(device), share, ANSWER_MS));
  } catch (error) {
    if (isFault(error) && error.code === 'tool.timeout') return 'no answer';
    throw error;
  }
}
