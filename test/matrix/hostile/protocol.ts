import type { Answer } from '../../../src/core/ports/contract.ts';
import { must } from './property.ts';

/** Whatever a reader of a product's might take for the end of a line. */
const ANY_LINE_END = /\r\n|[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/;
/** Control characters but for the newline, halves of surrogate pairs, line ends of Unicode, marks that reorder text. */
const UNPRINTABLE = /[\0-\u0009\u000b-\u001f\u007f-\u009f\p{Surrogate}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  sesam: [0, 1],
  bacula: [0, 1, 2, 3, 4, 5, 70],
  generic: [0, 1, 2, 3, 4, 5, 70],
};
const MOST_LINES = 15;

/** Throws unless it is whole lines without anything that a terminal or a log could take for more than text. */
export function checkShown(said: string): void {
  must(!UNPRINTABLE.test(said), `an unprintable character: ${JSON.stringify(said)}`);
  must(said === '' || said.endsWith('\n'), `the last line has no end: ${JSON.stringify(said)}`);
}

/** Throws unless the product can make nothing but what was meant of the answer. */
export function checkAnswer(product: string, { stdout, stderr, exit }: Answer): void {
  for (const said of [stdout, stderr]) checkShown(said);
  must(STATUSES[product]?.includes(exit) === true, `${product} gets the status ${exit}`);
  const lines = stdout.split(ANY_LINE_END).slice(0, -1);
  must(lines.length <= MOST_LINES, `${lines.length} lines for the job log`);
  if (product !== 'generic') must(stderr === '', `${product} gets something on standard error: ${stderr}`);
  if (product === 'sesam') {
    const status = lines.filter((line) => line.startsWith('STATUS:'));
    must(
      status.length === 1 && lines.at(-1) === status[0],
      `not one STATUS line at the end: ${JSON.stringify(stdout)}`,
    );
    must(/^STATUS:(?:OK|ERROR \{[^{}]*\})$/.test(status[0] ?? ''), `not a STATUS line: ${status[0]}`);
    must((exit === 0) === (status[0] === 'STATUS:OK'), `${status[0]} and the exit status ${exit}`);
  }
  if (product === 'bacula') {
    const last = lines.at(-1) ?? '';
    must(exit === 0 || last.startsWith('ERROR: '), `status ${exit}, but the last line is ${last}`);
  }
  if (product === 'generic') {
    must((stderr !== '') === (exit !== 0), `status ${exit} and on standard error ${JSON.stringify(stderr)}`);
    must(
      /^(?:holdstill: [^\n]*\n)?$/.test(stderr),
      `standard error is not one line of ours: ${JSON.stringify(stderr)}`,
    );
  }
}
