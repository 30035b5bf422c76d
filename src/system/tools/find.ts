import type { Command } from '../command.ts';

/**
 * Reads a first entry of each directory (find(1), `-empty`); the result is what it complains of, undefined if all can be
 * read. A process of its own, because nobody can end a read of a device that hangs: it would keep its process from ending.
 */
export function readDirectories(points: readonly string[], mostMs: number): Command<string | undefined> {
  return {
    tool: 'find',
    argv: [...points, '-maxdepth', '0', '-empty'],
    mutates: false,
    mostMs,
    statuses: [0, 1],
    // find: '/mnt/t': Input/output error
    parse: ({ status, stderr }) => (status === 0 ? undefined : (stderr.trim().split(': ').at(-1) ?? '')),
  };
}
