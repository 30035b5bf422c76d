import type { Command, Exec } from './command.ts';

/** How a file comes to hold what another one holds: by sharing its blocks (one instant), or by copying them. */
export type CopyHow = 'share' | 'copy';

/** The words of cp(1). */
export function copyWords(source: string, target: string, how: CopyHow): readonly string[] {
  const words = how === 'share' ? ['--reflink=always'] : ['--reflink=never', '--sparse=always'];
  return [...words, '--no-target-directory', '--', source, target];
}

/** Fills a file that is open. The result is what cp complains of, undefined if all is well. */
export async function copyImage(
  source: string,
  descriptor: number,
  how: CopyHow,
  exec: Exec,
): Promise<readonly string[] | undefined> {
  const words = copyWords(source, '/proc/self/fd/0', how);
  const complaint = await exec.run(fill(words, descriptor));
  // Before coreutils 8.30 it can't be told not to share, and does so only where it is told to.
  const old = complaint?.some((line) => line.endsWith(`invalid argument 'never' for '--reflink'`));
  return old ? exec.run(fill(words.slice(1), descriptor)) : complaint;
}

function fill(words: readonly string[], descriptor: number): Command<readonly string[] | undefined> {
  return {
    tool: 'cp',
    argv: words,
    fd: descriptor,
    mutates: true,
    statuses: [0, 1],
    parse: ({ status, stderr }) => (status === 0 ? undefined : stderr.split('\n').filter((line) => line.trim() !== '')),
  };
}
