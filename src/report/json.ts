import type { Reply } from '../core/model/reply.ts';
import { escapeJson } from '../core/text/escape.ts';
import { isFault } from '../core/model/fault.ts';

/** One document for machines, safe on a terminal as well. */
export function jsonText(value: object): string {
  return `${escapeJson(JSON.stringify(value, undefined, 2))}\n`;
}

/** What failed, as every command with `--json` reports it. `code` is that of a Fault, or `bug`. */
export function jsonError(error: Error): object {
  return { schema: 1, error: errorOf(error) };
}

/** What came of an opening or a closing. */
export function jsonReply(reply: Reply): object {
  return { schema: 1, ...replyOf(reply) };
}

/** What came of several closings. */
export function jsonReplies(replies: readonly Reply[]): object {
  return { schema: 1, replies: replies.map(replyOf) };
}

function replyOf({ kind, lines, ...more }: Reply): object {
  if (!('fault' in more)) return { result: kind, ...more, log: lines };
  const { fault, leftovers } = more;
  return { result: kind, error: errorOf(fault), leftovers, log: lines };
}

function errorOf(error: Error): object {
  if (!isFault(error)) return { code: 'bug', message: error.message };
  const { code, message, hint, detail } = error;
  return { code, message, hint, ...(detail.length > 0 && { detail }) };
}
