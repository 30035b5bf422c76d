import { expect, test } from 'vitest';
import type { Exec } from '../../src/system/command.ts';
import { copyImage } from '../../src/system/tools/cp.ts';

/** What cp (9.1) says of a word that it does not know, of this word, with the values that 8.25 has. */
const OLD = "cp: invalid argument 'never' for '--reflink'\nValid arguments are:\n  - 'auto'\n  - 'always'\n";

/** A cp that answers with these texts, one after the other; an empty one is a success. */
function cpSaying(texts: readonly string[]): {
  readonly exec: Pick<Exec, 'run'>;
  readonly calls: (readonly string[])[];
} {
  const calls: (readonly string[])[] = [];
  return {
    calls,
    exec: {
      async run(command) {
        calls.push(command.argv);
        const stderr = texts[calls.length - 1] ?? '';
        return command.parse({ status: stderr === '' ? 0 : 1, stdout: '', stderr });
      },
    },
  };
}

test('a cp without an option not to share gets none', async () => {
  const { exec, calls } = cpSaying([OLD]);
  expect(await copyImage('/i', '/o', 'copy', exec)).toBeUndefined();
  expect(calls.map(([first]) => first)).toEqual(['--reflink=never', '--sparse=always']);
});

test.each([
  ['copy', 'cp: error writing: No space left on device\n'],
  ['share', "cp: failed to clone '/proc/self/fd/0' from '/i': Operation not supported\n"],
] as const)('what else it complains of is reported, and not tried again (%s)', async (how, text) => {
  const { exec, calls } = cpSaying([text]);
  expect(await copyImage('/i', '/o', how, exec)).toEqual([text.trim()]);
  expect(calls).toHaveLength(1);
});
