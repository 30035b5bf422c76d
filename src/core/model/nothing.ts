import { escapeText } from '../text/escape.ts';
import type { Reply } from './reply.ts';

/** There was nothing to do, and why. */
export function nothing(text: string): Reply {
  return { kind: 'nothing', lines: [escapeText(`holdstill: ${text}`)] };
}

/** The task is none of ours. `task` undefined: the call names none. */
export function notConfigured(task: string | undefined, directory: string): Reply {
  const named = task === undefined ? 'the call names no task that is' : `no task '${task}' is`;
  return nothing(`${named} configured in ${directory}, nothing was done`);
}
