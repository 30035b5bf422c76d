import type { Command, Exec } from '../command.ts';

/** How a file comes to hold what another one holds: by sharing its blocks (one instant), or by copying them. */
export type CopyHow = 'share' | 'copy';

/** The words of cp(1). */
export function copyWords(source: string, target: string, how: CopyHow): readonly string[] {
  const words = how === 'share' ? ['--reflink=always'] : ['--reflink=never', '--sparse=always'];
  return [...words, '--no-target-directory', '--', source, target];
}

/** Fills a file; both are best named by a descriptor that somebody holds open (`/proc/PID/fd/N`). The result is what cp complains of, undefined if all is well. */
export async function copyImage(
  source: string,
  target: string,
  how: CopyHow,
  exec: Pick<Exec, 'run'>,
): Promise<readonly string[] | undefined> {
  const words = copyWords(source, target, how);
  const complaint = await exec.run(fill(words));
  // Before coreutils 8.30 it has no option not to share, and shares only if asked to.
  const old = complaint?.some((line) => line.endsWith(`invalid argument 'never' for '--reflink'`));
  return old ? exec.run(fill(words.slice(1))) : complaint;
}

function fill(words: readonly string[]): Command<readonly string[] | undefined> {
  return {
    tool: 'cp',
    argv: words,
    mutates: true,
    statuses: [0, 1],
    parse: ({ status, stderr }) => (status === 0 ? undefined : stderr.split('\n').filter((line) => line.trim() !== '')),
  };
}

/** Copies files into a directory; a link stays a link. */
export function copyInto(files: readonly string[], directory: string, mostMs: number): Command<void> {
  return {
    tool: 'cp',
    argv: ['--no-dereference', `--target-directory=${directory}`, '--', ...files],
    mutates: true,
    mostMs,
    statuses: [0],
    parse: () => undefined,
  };
}
