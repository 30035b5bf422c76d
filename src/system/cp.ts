import type { Command } from './command.ts';

/** How a file comes to hold what another one holds: by sharing its blocks (one instant), or by copying them. */
export type CopyHow = 'share' | 'copy';

/** The words of cp(1). */
export function copyWords(source: string, target: string, how: CopyHow): readonly string[] {
  const words = how === 'share' ? ['--reflink=always'] : ['--reflink=never', '--sparse=always'];
  return [...words, '--no-target-directory', '--', source, target];
}

/** Fills a file that is open. The result is what cp complains of, undefined if all is well. */
export function copyImage(source: string, descriptor: number, how: CopyHow): Command<readonly string[] | undefined> {
  return {
    tool: 'cp',
    argv: copyWords(source, '/proc/self/fd/0', how),
    fd: descriptor,
    mutates: true,
    statuses: [0, 1],
    parse: ({ status, stderr }) => (status === 0 ? undefined : stderr.split('\n').filter((line) => line.trim() !== '')),
  };
}
