import { ANY_STATUS, type Command } from '../command.ts';

/** Milliseconds; it takes some 50. */
const MOST_MS = 20_000;

/** Stops the processors of a domain. Xen counts: what is paused twice must be let go twice (4.17). */
export function pauseDomain(id: number, mostMs: number): Command<void> {
  return { ...xl('pause', id, () => undefined), left: true, mostMs, statuses: [0] };
}

/** Undefined, or why not. Of a domain that runs it is status 0 with `Invalid argument` on standard error (4.17). */
export function unpauseDomain(id: number): Command<string | undefined> {
  return xl('unpause', id, ({ status, stderr }) =>
    status === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? `status ${status}`),
  );
}

function xl<T>(word: string, id: number, parse: Command<T>['parse']): Command<T> {
  return { tool: 'xl', argv: [word, String(id)], mutates: true, mostMs: MOST_MS, statuses: ANY_STATUS, parse };
}
