import { describe, expect, test } from 'vitest';
import { elementsAt, readXml } from '../../src/system/xml.ts';

const MiB = 1024 * 1024;

describe('documents that are refused', () => {
  const refused: readonly (readonly [what: string, document: string, why: RegExp])[] = [
    ['a document type', '<!DOCTYPE a><a/>', /document type/],
    ['entities of its own', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /document type/],
    ['a file as an entity', '<!DOCTYPE a [<!ENTITY x SYSTEM "/etc/shadow">]><a b="&x;"/>', /document type/],
    ['an entity that is none of XML', '<a>&x;</a>', /undefined entity/],
    ['the same attribute twice', '<a b="1" b="2"/>', /duplicate attribute/],
    ['two roots', '<a/><b/>', /only one root/],
    ['an element that has no end', '<a><b></a>', /unmatched|unexpected close tag/i],
    ['a NUL', '<a>\0</a>', /disallowed character/],
    ['no element', '', /root element/],
    ['elements that are too deep', '<a>'.repeat(257) + '</a>'.repeat(257), /more than 256 deep/],
    ['too many elements', `<a>${'<b/>'.repeat(50_001)}</a>`, /more than 50000 elements/],
    ['10 MiB of text', `<a>${'x'.repeat(10 * MiB)}</a>`, /longer than/],
  ];
  test.each(refused)('%s', (_, document, why) => {
    expect(() => readXml(document)).toThrow(why);
  });

  test('none takes long', () => {
    const most = 4 * MiB - 100;
    const began = performance.now();
    for (const text of [
      '<a>'.repeat(most / 3),
      `<a b="${'&lt;'.repeat(most / 5)}"/>`,
      `<a>&${'x'.repeat(most)};</a>`,
    ]) {
      try {
        readXml(text);
      } catch {
        // What is refused is above.
      }
    }
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

test('the five entities of XML and characters by number are what they mean, once', () => {
  const root = readXml(`<a b="&lt;&gt;&amp;&quot;&apos;&#252;&amp;lt;">&amp;amp;<![CDATA[&amp;]]></a>`);
  expect(root.attributes.get('b')).toBe(`<>&"'ü&lt;`);
  expect(root.text).toBe('&amp;&amp;');
});

test('names of JavaScript mean nothing', () => {
  const root = readXml('<a __proto__="1" constructor="2"><__proto__ x="3"/></a>');
  expect([...root.attributes]).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
  expect(elementsAt(root, '__proto__').map(({ attributes }) => attributes.get('x'))).toEqual(['3']);
  expect(elementsAt(root, 'constructor')).toEqual([]);
});

test('a tag with the end of a line or a tab in it is told, since its attributes were written otherwise', () => {
  const root = readXml(`<a>\n\t<b c="x\ny"/><b c="x&#10;y"/><b c="x y"/><b\tc="xy"/>\n<b c=">é😀\r\n"/></a>`);
  expect(elementsAt(root, 'b').map(({ bent }) => bent)).toEqual([true, false, false, true, true]);
  expect(root.bent).toBe(false);
});
