import type { QuiesceOf } from '../../core/model/quiesce.ts';
import { shellWord } from '../../core/text/shell.ts';
import { list, map, quantity, text } from '../forms.ts';
import { DURATION_EXPECTED, durationProblem, parsedDuration } from '../units.ts';
import type { MeansEntry } from './entry.ts';

declare module '../../core/model/quiesce.ts' {
  interface QuiesceKinds {
    readonly command: {
      /** Programs with their arguments; no shell reads them. */
      readonly rest: readonly string[];
      readonly thaw: readonly string[];
      /** Milliseconds that each of them may take. */
      readonly timeoutMs: number;
    };
  }
}

interface Written {
  readonly rest: readonly string[];
  readonly thaw: readonly string[];
  readonly timeout: string | number;
}

const ARGV = 'must be a list of a program and its arguments, for example [/usr/local/sbin/app-rest]';
const words = (what: string, example: readonly string[]) =>
  list(
    text(ARGV, (word) => (word.includes('\0') ? 'must not hold a null character' : undefined)),
    ARGV,
  )
    .check(({ value, issues }) => {
      if (!value[0]?.startsWith('/')) {
        issues.push({ code: 'custom', message: 'must begin with the absolute path of a program', input: value });
      }
    })
    .describe(what)
    .meta({ examples: [example] });

/** Programs of the admin's. */
export const command: MeansEntry<QuiesceOf<'command'>, Written> = {
  key: 'command',
  form: map(
    {
      rest: words(
        'The program that brings it to rest, with its arguments. No shell reads them, and it gets no environment but a PATH; only root may be able to change it.',
        ['/usr/local/sbin/app-rest', '--now'],
      ),
      thaw: words(
        'The program that lets it go again. It is also called where `rest` failed or never ran, and may be called twice: then it must end with 0 as well.',
        ['/usr/local/sbin/app-thaw'],
      ),
      timeout: quantity(DURATION_EXPECTED, durationProblem)
        .default('5s')
        .describe('How long each of the two may take.')
        .meta({ examples: ['5s'] }),
    },
    'must be a map, for example {rest: [/usr/local/sbin/app-rest], thaw: [/usr/local/sbin/app-thaw]}',
  ).describe(
    'Programs of your own that bring something to rest and let it go. The grade is `application`: see that they deserve it.',
  ),
  alone: undefined,
  from: ({ rest, thaw, timeout }) => ({ kind: 'command', rest, thaw, timeoutMs: parsedDuration(timeout) }),
  describe: ({ rest, thaw }) => `command ${rest.map(shellWord).join(' ')} (${thaw.map(shellWord).join(' ')})`,
};
