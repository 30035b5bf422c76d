import { describe, inject } from 'vitest';
import { NoLab } from './debs.ts';

const reason = inject('noLab');
if (reason !== '') {
  if (process.env['CI']) throw new NoLab(`CI is set, but there is no lab: ${reason}`);
  process.stderr.write(`lab tests are skipped: ${reason}\n`);
}

/**
 * As vitest's describe, for tests that need the lab. Where it can't be had they are skipped and the reason is printed;
 * with CI set that is a failure, because nobody would read it there.
 */
export const describeLab = (name: string, tests: () => void): void => {
  // oxlint-disable-next-line vitest/valid-title, vitest/valid-describe-callback -- what the caller passes is passed on
  describe(name, { skip: reason !== '' }, tests);
};
