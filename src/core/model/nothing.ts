import { escapeText } from '../text/escape.ts';
import type { Reply } from './reply.ts';

/** There was nothing to do, and why. */
export function nothing(text: string): Reply {
  return { kind: 'nothing', lines: [escapeText(`holdstill: ${text}`)] };
}

/** The task is not ours. `task` undefined: the call names none. */
export function notConfigured(task: string | undefined, directory: string): Reply {
  const named = task === undefined ? 'no word of the call is a task' : `there is no task '${task}'`;
  return nothing(`${named} in ${directory}, so holdstill did nothing`);
}
