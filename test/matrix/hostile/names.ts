import path from 'node:path';
import * as fc from 'fast-check';
import { globProblem, taskNameProblem } from '../../../src/config/names.ts';
import { escapeText } from '../../../src/core/text/escape.ts';
import { isGlob, matchesGlob } from '../../../src/core/text/glob.ts';
import { encodeName, journalPath } from '../../../src/core/model/names.ts';
import { shellWord } from '../../../src/core/text/shell.ts';
import { must, property, type Property } from './property.ts';
import { argument, lvmName, text, wellFormed } from './texts.ts';

/** As it stands in the run directory, in the state directory and in a tag: lvm(8). */
const ENCODED = /^[A-Za-z0-9_=:-][A-Za-z0-9._=:-]*$/;

/** Names that are nearly the same, which is where they could collide. */
const similar = fc.oneof(
  fc.tuple(argument, argument),
  fc
    .tuple(argument, fc.constantFrom('', ' ', '=', '=2F', '.', '.journal', '.lock', 'a'))
    .map(([name, more]) => [name, name + more] as const),
  argument.map((name) => [name, encodeName(name)] as const),
  fc.tuple(argument, fc.nat(120), argument).map(([name, at, other]) => {
    const long = wellFormed(name.padEnd(150, 'x'));
    return [long, wellFormed(long.slice(0, at) + other + long.slice(at))] as const;
  }),
);

const glob = fc.oneof(
  text,
  fc
    .array(fc.constantFrom('*', '?', 'a', 'b', '[ab]', '[!a]', '[a-z]', '[', ']', '-', '.', '+', '\\'), {
      maxLength: 60,
    })
    .map((parts) => parts.join('')),
);

export const names: readonly Property[] = [
  property('two names of tasks: their files, directories and tags', 1500, similar, ([one, other]) => {
    for (const name of [one, other]) {
      const encoded = encodeName(name);
      must(ENCODED.test(encoded) && encoded.length <= 118, `not a file name: ${encoded}`);
      const journal = journalPath('/var/lib/holdstill', name);
      must(path.dirname(journal) === '/var/lib/holdstill', `leaves its directory: ${journal}`);
      must(path.dirname(path.join('/run/holdstill', encoded)) === '/run/holdstill', `leaves its directory: ${encoded}`);
      must(Buffer.byteLength(path.basename(journal)) <= 255, 'a file name that is too long');
    }
    must(one === other || encodeName(one) !== encodeName(other), 'two names in one place');
  }),
  property('a name, shown and in a command to paste', 500, text, (name) => {
    const shown = escapeText(name);
    must(!/[\p{Cc}\p{Surrogate}]/u.test(shown) && escapeText(shown) === shown, shown);
    const word = shellWord(name);
    // Out of the quotes a word has nothing but harmless characters and quotes behind a backslash.
    must(/^(?:[A-Za-z0-9_@%+=:,./-]+|(?:'[^']*'|\\')+)$/.test(word), word);
    const problem = taskNameProblem(name);
    must(problem !== undefined || !/[\p{Cc}/]/u.test(name), 'a name that can not be one is taken');
  }),
  property('a pattern for the names of LVs', 1000, fc.tuple(glob, lvmName), ([pattern, name]) => {
    if (globProblem(pattern) !== undefined) return;
    must(isGlob(pattern), 'a pattern is taken and can not be used');
    const fits = matchesGlob(name, pattern);
    must(
      pattern.includes('[') || pattern.includes('?') || pattern.includes('*') || fits === (name === pattern),
      'a plain name matches itself only',
    );
    must(matchesGlob(name, '*') && matchesGlob(name, '?'.repeat(name.length)), 'all matches all');
  }),
];
