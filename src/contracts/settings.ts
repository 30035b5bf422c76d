import type { OneOf, Switch } from '../core/model/setting.ts';

/** Settings that several products have. */

export const trace = {
  type: 'switch',
  default: false,
  text:
    'Notes how the product calls us (arguments, names of environment variables, directory, user, open descriptors) in a file ' +
    'that only root can read; it grows by one record a hook, so switch it off again.',
} as const satisfies Switch;

/** For a hook of one job. */
export const unknownTask = {
  type: 'one of',
  values: ['error', 'pass'],
  default: 'error',
  text:
    'What happens to a job without a task: `error` fails it, `pass` lets it run without a snapshot, for hooks ' +
    'that stand in the defaults of many jobs. A name that is nearly that of a task fails in any case.',
  // Such a hook says nothing of the jobs of others before it has read the configuration, and lets each of them close.
  onlyForOurs: true,
} as const satisfies OneOf<'error' | 'pass'>;
