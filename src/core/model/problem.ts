import { escapeText } from '../text/escape.ts';
import { isFault } from './fault.ts';
import type { Reply } from './reply.ts';

/**
 * What is wrong, in one line that every product gets; undefined: nothing is. It says what failed, what that means for
 * the backup and what to type, in this order.
 */
export function problemOf(reply: Reply): string | undefined {
  const own = problemOfOurs(reply);
  if (!reply.besides) return own;
  return own === undefined ? joined([reply.besides]) : joined([own, reply.besides]);
}

function problemOfOurs(reply: Reply): string | undefined {
  switch (reply.kind) {
    case 'opened':
    case 'nothing':
      return undefined;
    case 'closed': {
      const bad = reply.verdict.kind === 'bad' ? [`THIS BACKUP MAY BE BAD: ${reply.verdict.reasons.join('; ')}`] : [];
      return joined([...bad, ...leftoverText(reply.leftovers)]) || undefined;
    }
    case 'failed': {
      const { fault } = reply;
      const what = isFault(fault) ? fault.message : `a bug in holdstill: ${fault.message}`;
      const hint = isFault(fault) ? [fault.hint ?? ''].filter(Boolean) : [REPORT];
      return joined([what, ...leftoverText(reply.leftovers), ...hint]);
    }
  }
}

/** The log has where it happened. */
const REPORT = 'please report it, with the last lines of /var/log/holdstill/holdstill.log';

function leftoverText(leftovers: readonly string[]): readonly string[] {
  return leftovers.length === 0 ? [] : [`left on this machine: ${leftovers.join(', ')}`, 'type: holdstill recover'];
}

function joined(parts: readonly string[]): string {
  return parts.map(escapeText).join('; ');
}
