import type { Command } from '../command.ts';

const BLOCK = 4096;

/**
 * Reads one block past all caches, at a share (0 to 1) of a device's bytes; the result is what dd(1) complains of,
 * undefined if the block can be read. A process of its own for the reason of `readDirectories`.
 */
export function readBlock(device: string, bytes: number, share: number, mostMs: number): Command<string | undefined> {
  const block = Math.floor((bytes * share) / BLOCK);
  return {
    tool: 'dd',
    argv: [`if=${device}`, 'of=/dev/null', `bs=${BLOCK}`, 'count=1', `skip=${block}`, 'iflag=direct', 'status=none'],
    mutates: false,
    mostMs,
    statuses: [0, 1],
    // dd: error reading '/dev/dm-8': Input/output error
    parse: ({ status, stderr }) => (status === 0 ? undefined : (stderr.trim().split(': ').at(-1) ?? '')),
  };
}
