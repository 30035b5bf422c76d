import { Fault } from '../core/model/fault.ts';
import { quoted } from './messages.ts';

/** Sets of letters, as the inside of a `[]` of a regular expression. */
interface Letters {
  /** What one writes in this way and another in that: blanks, dashes, `_`, and what can't be seen. */
  readonly between: string;
  readonly dash: string;
  /** What a word is made of, but for dots, dashes and `_`. */
  readonly word: string;
  readonly flags: string;
}

const OF_UNICODE: Letters = {
  between: String.raw`\s_\p{Pd}\p{Cc}\p{Cf}`,
  dash: String.raw`\p{Pd}`,
  word: String.raw`\p{L}\p{N}`,
  flags: 'u',
};
/** The same where all is ASCII: V8 (11.3, Node.js 20.20) takes 1.7 ms to compile those of Unicode. */
const OF_ASCII: Letters = {
  between: String.raw`\s_\-\x00-\x1f\x7f`,
  dash: String.raw`\-`,
  word: 'A-Za-z0-9',
  flags: '',
};
/** A name of 128 bytes is not longer, whatever its form. */
const LONGEST_FOLDED = 1000;

/**
 * The tasks whose names are not `name`, but differ from it (or from what its bytes may be read as) only in case, blanks, dashes, `_` or the form of Unicode.
 * Such a name is a mistake: the job would be taken for somebody else's and saved without a snapshot.
 */
export function nearNames(name: string, reading: string, tasks: Iterable<string>): readonly string[] {
  const folded = fold(reading);
  if (folded === '') return [];
  return [...tasks].filter((task) => task !== name && fold(task) === folded);
}

/** `word`: as the call has it; `tasks`: what it is near to. */
export function nearlyNamed(word: string, tasks: readonly string[]): Fault {
  const names = tasks.map(quoted).join(' and ');
  const differ = tasks.length > 1 ? `there are ${names}, which differ` : `there is ${names}, which differs`;
  return new Fault(
    'task.unknown',
    `there is no task ${quoted(word)}, but ${differ} only in case, blanks, "-", "_", Unicode form or encoding`,
    { hint: 'write the name in the backup software exactly as in the configuration: holdstill config show' },
  );
}

/** Whether a text of YAML without a backslash may hold a name that is near to this one; quick, and seldom in vain. */
export function mayBeNear(text: string): (name: string) => boolean {
  const all = unified(text);
  const isPlain = isAscii(text);
  return (name) => {
    const { between, dash, word: inWord, flags } = isPlain && isAscii(name) ? OF_ASCII : OF_UNICODE;
    const folded = fold(name);
    if (folded === '' || folded.length > LONGEST_FOLDED) return false;
    const letters = Array.from(folded, (letter) =>
      letter === "'" ? "''?" : letter.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&'),
    );
    const word = letters.join(`[${between}]*`);
    // Not as a part of a longer word: hooks are called with short arguments that could be anywhere.
    const alone = `(?<![${inWord}.${dash}_])[${dash}_]*${word}[${dash}_]*(?![${inWord}.${dash}_])`;
    return new RegExp(alone, flags).test(all);
  };
}

/** Upper case, since lower case depends on where in a word a letter stands. */
function unified(text: string): string {
  return isAscii(text) ? text.toUpperCase() : text.normalize('NFKC').toUpperCase().normalize('NFKC');
}

function fold(name: string): string {
  const { between, flags } = isAscii(name) ? OF_ASCII : OF_UNICODE;
  return unified(name).replaceAll(new RegExp(`[${between}]+`, `g${flags}`), '');
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
