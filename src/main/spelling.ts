import fs from 'node:fs';
import { encodedTwice, otherReadings } from '../core/text/encodings.ts';

/**
 * What a word of the call (or of our environment) may stand for, the word itself first. Node.js puts U+FFFD in the
 * place of bytes that are not UTF-8; the kernel still has them: proc(5), cmdline and environ.
 */
export function readingsOf(word: string): readonly string[] {
  const twice = encodedTwice(word);
  const others = word.includes('\ufffd') ? RAW_WORDS.filter((bytes) => bytes.toString('utf8') === word) : [];
  return [word, ...(twice === undefined ? [] : [twice]), ...others.flatMap(otherReadings)];
}

/**
 * The arguments and the values of the variables as bytes, if some of them are not UTF-8. Read when this file is loaded: a
 * process that gives itself a name (title.ts) overwrites its arguments.
 */
const RAW_WORDS = [...process.argv, ...Object.values(process.env)].some((word) => word?.includes('\ufffd'))
  ? rawWords()
  : [];

function rawWords(): readonly Buffer[] {
  const values = parts('/proc/self/environ').map((entry) => entry.subarray(entry.indexOf('=') + 1));
  return [...parts('/proc/self/cmdline'), ...values];
}

function parts(file: string): readonly Buffer[] {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch {
    return [];
  }
  const found: Buffer[] = [];
  for (let start = 0, end = bytes.indexOf(0); end >= 0; start = end + 1, end = bytes.indexOf(0, start)) {
    found.push(bytes.subarray(start, end));
  }
  return found;
}
