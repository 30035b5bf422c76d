import { expect, test } from 'vitest';
import { escapeText } from '../../src/core/text/escape.ts';

test.each([
  ['plain text, Ümläut, 日本語, 😀, \\ and "quotes"', 'plain text, Ümläut, 日本語, 😀, \\ and "quotes"'],
  ['a\nSTATUS:OK', 'a\\nSTATUS:OK'],
  ['a\r\tb', 'a\\r\\tb'],
  ['\u0000\u001b[31m\u007f', '\\x00\\x1b[31m\\x7f'],
  ['\u0085\u009b', '\\x85\\x9b'],
  ['\u2028\u2029', '\\u2028\\u2029'],
  ['\u202eabc\u2066\u200f\u061c', '\\u202eabc\\u2066\\u200f\\u061c'],
  ['\ud800x\udc00', '\\ud800x\\udc00'],
  ['a\\nb', 'a\\nb'],
])('escapes %j', (text, escaped) => {
  expect(escapeText(text)).toBe(escaped);
  expect(escapeText(escapeText(text))).toBe(escaped);
});
