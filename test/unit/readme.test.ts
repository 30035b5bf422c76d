import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { README, withBlocks } from '../readme.ts';

const generators = new Map([['x', () => 'new']]);

test("README's generated blocks are up to date (npm run readme)", () => {
  const text = readFileSync(README, 'utf8');
  expect(text).toBe(withBlocks(text));
});

test('a block is replaced and the rest stays', () => {
  const text = 'a\n<!-- generated:x -->\nold $& text\n<!-- /generated:x -->\nb\n';
  const replaced = 'a\n<!-- generated:x -->\n\nnew\n\n<!-- /generated:x -->\nb\n';
  expect(withBlocks(text, generators)).toBe(replaced);
  expect(withBlocks(replaced, generators)).toBe(replaced);
});

test.each(['', '<!-- generated:x -->', '<!-- /generated:x --><!-- generated:x -->'])(
  'markers are needed: %j',
  (text) => {
    expect(() => withBlocks(text, generators)).toThrow('README.md must hold <!-- generated:x -->');
  },
);
