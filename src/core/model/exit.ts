import { isFault } from './fault.ts';
import type { Reply } from './reply.ts';

/** What each exit status of the command line and of the generic hooks means. */
export const EXIT_MEANINGS = [
  [0, 'done (also if nothing was open, or if the job has no task and may pass)'],
  [1, 'failed; nothing of holdstill is left on the machine'],
  [2, 'bad call or bad configuration; nothing was tried'],
  [3, 'leftovers remain; the output names them and the next command'],
  [4, 'busy: the task is open and in use, or another hook works on it'],
  [5, 'closed, but the data that was saved may be bad'],
  [70, 'a bug in holdstill'],
] as const;

/** The exit status for a reply. Bad data outranks leftovers: it is what the admin must hear first. */
export function exitStatus(reply: Reply): number {
  return statusOfOurs(reply) || (reply.besides ? 1 : 0);
}

function statusOfOurs(reply: Reply): number {
  switch (reply.kind) {
    case 'opened':
    case 'nothing':
      return 0;
    case 'closed':
      if (reply.verdict.kind === 'bad') return 5;
      return reply.leftovers.length > 0 ? 3 : 0;
    case 'failed':
      if (reply.leftovers.length > 0) return 3;
      return isFault(reply.fault) ? reply.fault.exitStatus : 70;
  }
}
