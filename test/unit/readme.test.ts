import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { documentAt, GENERATED, withBlocks } from '../readme.ts';

const generators = { x: () => 'new' };

test.each(Object.entries(GENERATED))('the generated blocks of %s are up to date (npm run readme)', (file, own) => {
  const text = readFileSync(documentAt(file), 'utf8');
  expect(text).toBe(withBlocks(file, text, own));
});

test('a block is replaced and the rest stays', () => {
  const text = 'a\n<!-- generated:x -->\nold $& text\n<!-- /generated:x -->\nb\n';
  const replaced = 'a\n<!-- generated:x -->\n\nnew\n\n<!-- /generated:x -->\nb\n';
  expect(withBlocks('it.md', text, generators)).toBe(replaced);
  expect(withBlocks('it.md', replaced, generators)).toBe(replaced);
});

test.each(['', '<!-- generated:x -->', '<!-- /generated:x --><!-- generated:x -->'])(
  'markers are needed: %j',
  (text) => {
    expect(() => withBlocks('it.md', text, generators)).toThrow('it.md must hold <!-- generated:x -->');
  },
);
