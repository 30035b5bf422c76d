import type { Contract } from '../core/ports/contract.ts';
import { escapeText } from '../core/text/escape.ts';
import { problemOf } from '../core/model/problem.ts';

/**
 * SEP sesam's client hooks sbc_pre and sbc_post, from SEP's own template (wiki article "Online Sicherung von virtuellen
 * XEN Maschinen"): the result is a line of standard output, `STATUS:OK` or `STATUS:ERROR {text}`. One script serves all
 * tasks of a client. Which argument holds the task name is in no public source, so all of them are asked, and then the
 * environment variable that the configuration names.
 */
export const sesam: Contract = {
  product: 'sesam',
  section: 'sesam',
  serves: 'all jobs',
  usage: {
    open: 'sbc_pre WORD...    (SEP sesam calls it before a backup; one of the words is the name of the task)',
    close: 'sbc_post WORD...   (SEP sesam calls it after a backup; one of the words is the name of the task)',
  },

  decode({ phase, argv, env, switches }) {
    const { taskEnv } = switches;
    // The environment is an object like any other, with a `constructor` that nobody has set.
    const fromEnv = taskEnv !== undefined && Object.hasOwn(env, taskEnv) ? env[taskEnv] : undefined;
    const candidates = fromEnv === undefined ? argv : [...argv, fromEnv];
    return { phase, candidates: candidates.filter((name) => name !== ''), switches };
  },

  encode(reply, switches) {
    const problem = problemOf(reply);
    const status = problem === undefined ? 'STATUS:OK' : `STATUS:ERROR {${oneLine(problem)}}`;
    const before = reply.lines.map((line) => (line.startsWith('STATUS') ? ` ${line}` : line));
    return {
      stdout: [...before, status].map((line) => `${line}\n`).join(''),
      stderr: '',
      exit: problem === undefined || switches.exitZero === true ? 0 : 1,
    };
  },
};

/** Braces would end the text early for a parser that looks for them. */
function oneLine(text: string): string {
  return escapeText(text).replaceAll('{', '(').replaceAll('}', ')');
}
