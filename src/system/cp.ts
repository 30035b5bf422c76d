import type { Command } from './command.ts';

/**
 * Makes a file that is there hold what another one holds, by sharing its blocks (cp(1), `--reflink=always`: one instant),
 * or by copying them. The result is what cp complains of, undefined if all is well.
 */
export function copyImage(
  source: string,
  target: string,
  how: 'share' | 'copy',
): Command<readonly string[] | undefined> {
  const words = how === 'share' ? ['--reflink=always'] : ['--reflink=never', '--sparse=always'];
  return {
    tool: 'cp',
    argv: [...words, '--no-target-directory', '--', source, target],
    mutates: true,
    statuses: [0, 1],
    parse: ({ status, stderr }) => (status === 0 ? undefined : stderr.split('\n').filter((line) => line.trim() !== '')),
  };
}
