import { expect, test, vi } from 'vitest';
import { Fault } from '../../src/core/model/fault.ts';
import { localTime } from '../../src/core/text/when.ts';
import { asRoot, codeInWords, whyNot, writeHint } from '../../src/core/text/why.ts';
import { LOG_FILE, RUN_DIRECTORY, STATE_DIRECTORY } from '../../src/system/paths.ts';

const refused = (code: string, message = `${code}: what libuv says, open '/x'`): Error =>
  Object.assign(new Error(message), { code });

test.each([
  [refused('EACCES'), 'permission denied'],
  [refused('ENOENT'), 'no such file or directory'],
  [refused('EROFS'), 'read-only file system'],
  [refused('ELOOP'), 'too many symbolic links'],
  [refused('EFBIG', "EFBIG: file too large, write '/x'"), 'file too large'],
  [new Fault('tool.missing', 'lvm is not installed'), 'lvm is not installed'],
  ['a text', 'a text'],
])('%s is reported as: %s', (error, words) => {
  expect(whyNot(error)).toBe(words);
});

test('a code alone, as a child of ours reports it', () => {
  expect([codeInWords('ESTALE'), codeInWords('EWHAT')]).toEqual(['its server no longer knows it', 'EWHAT']);
});

test('the message for who is not root says to be root, and that for root does not', () => {
  const uid = vi.spyOn(process, 'geteuid');
  uid.mockReturnValue(1000);
  expect([asRoot(refused('EACCES')), asRoot(refused('ENOENT'))]).toEqual(['holdstill must run as root', undefined]);
  uid.mockReturnValue(0);
  expect(asRoot(refused('EACCES'))).toBeUndefined();
  uid.mockRestore();
});

test('a unit that sees our directories read-only gets the setting that fixes it', () => {
  const paths = `ReadWritePaths=${STATE_DIRECTORY} ${RUN_DIRECTORY} /var/log/holdstill`;
  for (const file of [`${STATE_DIRECTORY}/t.journal`, STATE_DIRECTORY, RUN_DIRECTORY, `${RUN_DIRECTORY}/t`, LOG_FILE]) {
    expect(writeHint(refused('EROFS'), file)).toBe(
      `if a systemd unit with ProtectSystem= runs it, add to that unit: ${paths}`,
    );
  }
  expect(writeHint(refused('EROFS'), '/mnt/vmbackup')).toMatch(/ReadWritePaths=\/mnt$/);
});

test('a time is local and to the second; what is none stays', () => {
  expect(localTime(new Date(2026, 10, 30, 9, 2, 5, 123).toISOString())).toBe('2026-11-30 09:02:05');
  expect(localTime('yesterday')).toBe('yesterday');
});
