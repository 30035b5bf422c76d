import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { widthOf, wrap, wrapCommand } from '../../src/report/wrap.ts';

const longestWord = (text: string): number => Math.max(...text.split(' ').map(widthOf));

describe('a text that is wider than the terminal', () => {
  test('is cut at blanks, and goes on below its own beginning', () => {
    expect(wrap('note: others on this host can look into it', 20)).toEqual([
      'note: others on this',
      '  host can look into',
      '  it',
    ]);
    expect(wrap('short', 20)).toEqual(['short']);
  });

  test('two blanks that part columns stay, and a path that is too long stays whole', () => {
    expect(wrap('a  b /mnt/a-path-that-is-long c', 12)).toEqual(['a  b', '  /mnt/a-path-that-is-long', '  c']);
  });

  test('where two lines are enough, it is cut where a part begins', () => {
    expect(wrap('vg0/a/p1  ext4, skipped: has its log on another device', 40)).toEqual([
      'vg0/a/p1  ext4, skipped:',
      '  has its log on another device',
    ]);
    expect(wrap('vg0/a/p1  ext4, 8 MiB → /run/holdstill/a/p1', 30)).toEqual([
      'vg0/a/p1  ext4, 8 MiB',
      '  → /run/holdstill/a/p1',
    ]);
  });

  test('a colour ends with its line and goes on in the next', () => {
    const lines = wrap('\u001B[33mone two\u001B[39m', 4);
    expect(lines).toEqual(['\u001B[33mone\u001B[22m\u001B[39m', '  \u001B[33mtwo\u001B[39m']);
  });

  test('no line is wider, except for one word, and no word is lost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z/'.-]{1,30}$/), { minLength: 1 }),
        fc.integer({ min: 10, max: 100 }),
        (words, width) => {
          const text = words.join(' ');
          const lines = wrap(text, width);
          expect(lines.map((line) => line.trim()).join(' ')).toBe(text);
          expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(Math.max(width, longestWord(text) + 2));
        },
      ),
    );
  });
});

test('a command that is cut can be pasted: a backslash ends each line, and what is in quotes stays in one', () => {
  const command = `mount -t ext4 -o ro /dev/vg0/hs.1.a '/mnt/a directory with blanks' --options`;
  const lines = wrapCommand(command, 40);
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.slice(0, -1).every((line) => line.endsWith(' \\'))).toBe(true);
  expect(lines.map((line) => line.trim().replace(/ \\$/, '')).join(' ')).toBe(command);
  expect(lines.join('\n')).toContain(`'/mnt/a directory with blanks'`);
});
