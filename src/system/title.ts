import { escapeText } from '../core/text/escape.ts';

/**
 * What a list of processes shows of us, instead of a page of JavaScript: what is done with which task. Nothing else of
 * the arguments, for a command of the user's may hold a secret.
 */
export function nameProcess(verb: string, task?: string): void {
  process.title = escapeText(task === undefined ? `holdstill ${verb}` : `holdstill ${verb} ${task}`);
}
