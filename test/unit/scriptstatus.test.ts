import { expect, test } from 'vitest';
import { statusSaid } from '../../src/core/text/scriptstatus.ts';

test.each([
  ["SEP's template", 'lvcreate says so\nSTATUS:OK\n', 0, ['lvcreate says so'], undefined],
  [
    'an error, with more after it',
    'STATUS:ERROR {Error on mount}\nPlease unmount!\n',
    0,
    ['Please unmount!'],
    'Error on mount',
  ],
  ['an error among good news', 'STATUS:OK\nSTATUS:ERROR no braces\nSTATUS:OK\n', 0, [], 'no braces'],
  ['an error that says nothing', 'STATUS:ERROR {}\n', 0, [], 'it printed STATUS:ERROR without a reason'],
  ['good news and a bad status, which the client does not look at', 'STATUS:OK', 3, [], undefined],
  ['nothing, but a status', 'a\n\nb\n', 3, ['a', '', 'b'], 'ended with exit status 3'],
  ['nothing at all', '', 0, [], undefined],
  ['the lines of Windows', 'a\r\nSTATUS:ERROR {x}\r\n', 0, ['a'], 'x'],
  ['the result of another tool', 'STATUS=ERROR MSG="x"\n', 0, ['STATUS=ERROR MSG="x"'], undefined],
  ['what only looks like one', ' STATUS:ERROR {x}\n', 0, [' STATUS:ERROR {x}'], undefined],
])('a script that says %s', (_, text, exit, lines, problem) => {
  expect(statusSaid(text, exit)).toEqual({ lines, problem });
});
