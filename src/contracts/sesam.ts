import type { Contract } from '../core/ports/contract.ts';
import type { Settings } from '../core/model/setting.ts';
import { escapeText } from '../core/text/escape.ts';
import { problemOf } from '../core/model/problem.ts';
import { trace } from './settings.ts';

const settings = {
  taskEnv: {
    type: 'word',
    pattern: /^[A-Za-z_]\w*$/,
    expected: 'must be the name of an environment variable, for example SESAM_TASK',
    examples: ['SESAM_TASK'],
    text: 'The environment variable that contains the name of the task. The hook reads it if no argument is the name of a task.',
  },
  before: {
    type: 'script',
    examples: ['/opt/sesam/bin/sesam/sbc_pre.own'],
    text:
      'A script that `sbc_pre` calls first, for every task and with the same arguments: the one that was there before. If it ' +
      'prints `STATUS:ERROR`, so does the hook. Only root may be able to change it.',
  },
  after: {
    type: 'script',
    examples: ['/opt/sesam/bin/sesam/sbc_post.own'],
    text: 'The same for `sbc_post`, which calls it last.',
  },
  exitZero: {
    type: 'switch',
    default: false,
    text:
      'Ends with exit status 0 even after `STATUS:ERROR`, as the template of SEP does. Whoever checks only the ' +
      'status then misses errors.',
    onlyForOurs: true,
  },
  trace,
} as const satisfies Settings;

/**
 * SEP sesam's client hooks sbc_pre and sbc_post, from SEP's own template (wiki article "Online Sicherung von virtuellen
 * XEN Maschinen"): the result is a line of standard output, `STATUS:OK` or `STATUS:ERROR {text}`. One script serves all
 * tasks of a client. Which argument holds the task name is in no public source, so all of them are asked, and then the
 * environment variable that the configuration names.
 */
export const sesam: Contract<typeof settings> = {
  product: 'sesam',
  title: 'SEP sesam',
  section: 'sesam',
  sectionText: 'How the hooks for SEP sesam behave.',
  settings,
  serves: 'all jobs',
  usage: {
    open: 'sbc_pre WORD...    (SEP sesam calls it before a backup; one of the words is the name of the task)',
    close: 'sbc_post WORD...   (SEP sesam calls it after a backup; one of the words is the name of the task)',
  },

  // The number of a saveset.
  ofOneRun: /^S[A-Z]\d{14,}(@|$)/,

  decode({ phase, argv, env, settings }) {
    const { taskEnv } = settings;
    // The environment is an object like any other, with a `constructor` that nobody has set.
    const fromEnv = taskEnv !== undefined && Object.hasOwn(env, taskEnv) ? env[taskEnv] : undefined;
    const candidates = fromEnv === undefined ? argv : [...argv, fromEnv];
    return { phase, candidates: candidates.filter((name) => name !== '') };
  },

  encode(reply, { exitZero }) {
    const problem = problemOf(reply);
    const status = problem === undefined ? 'STATUS:OK' : `STATUS:ERROR {${oneLine(problem)}}`;
    const before = reply.lines.map((line) => (line.startsWith('STATUS') ? ` ${line}` : line));
    return {
      stdout: [...before, status].map((line) => `${line}\n`).join(''),
      stderr: '',
      exit: problem === undefined || exitZero === true ? 0 : 1,
    };
  },
};

/** Braces would end the text early for a parser that looks for them. */
function oneLine(text: string): string {
  return escapeText(text).replaceAll('{', '(').replaceAll('}', ')');
}
