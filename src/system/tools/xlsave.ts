import { ANY_STATUS, type Command, type Finished } from '../command.ts';

/** Milliseconds: it first asks the domain for 60 s, which can't answer, then reads all its memory (4.17). */
const RESUME_MS = 300_000;

/**
 * xl tells its progress; where nobody listens any more, because the hook was killed, that would end it, and leave the domain suspended for ever. So
 * would a service manager that ends all that the hook has started. Always the same text.
 */
const SHIELD = ['/bin/sh', '-c', `trap '' PIPE TERM HUP INT; exec "$@"`, 'holdstill'];

/**
 * Writes the memory of a domain to a file and leaves the domain paused, once more than it was; undefined, or why not. The file is written over, and stays
 * unfinished after a failure; the domain then goes on. xl(1), save; tried with a PV domain and 4.17, and in the
 * usage of 4.5 already.
 */
export function saveDomain(id: number, file: string, mostMs: number): Command<string | undefined> {
  return save(['-p', String(id), file], mostMs);
}

/**
 * Lets a domain go on whose xl was ended while it saved it. xl has no word for that before 4.20, but does it at the end of any save; this one takes
 * a minute (4.17). Undefined, or why not.
 */
export function resumeDomain(id: number): Command<string | undefined> {
  return save(['-c', String(id), '/dev/null'], RESUME_MS);
}

function save(words: readonly string[], mostMs: number): Command<string | undefined> {
  return {
    tool: 'xl',
    argv: ['save', ...words],
    within: SHIELD,
    mutates: true,
    left: true,
    mostMs,
    statuses: ANY_STATUS,
    parse: (finished) => (finished.status === 0 ? undefined : parseComplaint(finished)),
  };
}

/** The first error, without what only the authors of Xen want to know; else the last that xl says. */
export function parseComplaint({ status, stderr }: Pick<Finished, 'status' | 'stderr'>): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('xc: progress'));
  const [first] = lines.flatMap((line) => /^(?:xc|libxl): error: (.*)$/.exec(line)?.[1] ?? []);
  if (first === undefined) return lines.at(-1)?.trim() ?? `xl ended with status ${status}`;
  return first.replace(/^\S+\.c:\d+:\S+: (?:Domain \d+:)?/, '').replace(/: Internal error$/, '');
}
