import { exitStatus } from '../core/model/exit.ts';
import { Fault } from '../core/model/fault.ts';
import type { Contract } from '../core/ports/contract.ts';
import { problemOf } from '../core/model/problem.ts';
import { trace, unknownTask } from './settings.ts';

/**
 * Bacula's and Bareos' RunScript: `run-before "%n" [--job=%i] [--level=%l]`, `run-after "%n" [--job=%i] [--status=%e]`.
 * The command line is split at blanks, without a shell, after the %-codes were put in (bacula 9.6.7 lib/bpipe.c), so an
 * unquoted `OK -- with warnings` comes as three words and a blank level as none: the job name is the first word,
 * everything else is known by its name, and words that stand alone are parts of such a value. Exit status 0 is success;
 * standard output becomes the job report. 200 to 208 and 255 would be printed as errno texts (lib/bpipe.c).
 */
export const bacula: Contract = {
  product: 'bacula',
  title: 'Bacula and Bareos',
  section: 'bacula',
  sectionText: 'How the hooks for Bacula and Bareos behave.',
  settings: { trace, unknownTask },
  serves: 'one job',
  usage: {
    open: 'run-before "%n" --job=%i --level=%l      (in a RunScript with RunsWhen = Before)',
    close: 'run-after "%n" --job=%i "--status=%e"   (in a RunScript with RunsWhen = After)',
  },

  decode({ phase, argv }) {
    const [task, ...rest] = argv;
    if (task === undefined || task.trim() === '' || task.startsWith('--')) {
      const script = phase === 'open' ? 'run-before' : 'run-after';
      throw new Fault('call.invalid', `called without a job name`, {
        hint: `write Command = "${script} \\"%n\\" --job=%i" in the RunScript of the Job`,
      });
    }
    const valueOf = (name: string): string | undefined =>
      rest.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3) || undefined;
    return { phase, candidates: [task], runKey: valueOf('job'), result: valueOf('status') };
  },

  encode(reply) {
    const problem = problemOf(reply);
    const exit = exitStatus(reply);
    // A job that is marked as failed can't be restored comfortably, though its data are fine.
    const warnOnly = reply.kind === 'closed' && exit === 3;
    const last = problem === undefined ? [] : [`${warnOnly ? 'WARNING' : 'ERROR'}: ${problem}`];
    return {
      stdout: [...reply.lines, ...last].map((line) => `${line}\n`).join(''),
      stderr: '',
      exit: warnOnly ? 0 : exit,
    };
  },
};
