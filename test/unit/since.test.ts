import { expect, test } from 'vitest';
import { attachLoop } from '../../src/system/tools/losetup.ts';
import { tooOld } from '../../src/system/tools/since.ts';

/** What losetup (2.38.1) says of an option that it does not know. */
const REFUSED = "losetup: unrecognized option '--sector-size'\nTry 'losetup --help' for more information.\n";

test('a tool that does not know an option of ours is said to be too old, and what is needed', () => {
  const command = attachLoop('/dev/vg0/a', 0, 4096, 4096);
  expect(tooOld(command, { status: 1, stdout: '', stderr: REFUSED })).toMatchObject({
    code: 'tool.old',
    message: 'losetup is too old: it does not know --sector-size',
    hint: 'this needs util-linux 2.31',
  });
});

test.each([
  ['an option that we did not give', attachLoop('/dev/vg0/a', 0, 4096, 512), 1, REFUSED],
  ['a success', attachLoop('/dev/vg0/a', 0, 4096, 4096), 0, REFUSED],
  [
    'another complaint',
    attachLoop('/dev/vg0/a', 0, 4096, 4096),
    1,
    "losetup: cannot find an unused loop device: 'x'\n",
  ],
])('%s is not taken for that', (_, command, status, stderr) => {
  expect(tooOld(command, { status, stdout: '', stderr })).toBeUndefined();
});

test('a loop over what counts in sectors of 512 bytes anyway needs no option for it', () => {
  expect(attachLoop('/dev/vg0/a', 0, 4096, 512).argv).not.toContain('--sector-size');
  expect(attachLoop('/dev/vg0/a', 0, 4096, 4096).argv).toContain('--sector-size');
});
