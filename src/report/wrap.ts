import { isatty } from 'node:tty';

/** Columns where nobody says how many there are: a pipe, a log. */
const USUAL = 80;
/** Narrower than this nothing is readable anyway. */
const LEAST = 40;

/** How wide lines are that are only for people: as the terminal, if there is one. */
export function columns(): number {
  return Math.min(terminalColumns(), isatty(1) ? Infinity : USUAL);
}

/** The same for lines that are searched as well: a pipe gets each in one piece. */
export function terminalColumns(): number {
  const own = isatty(1) ? process.stdout.columns : 0;
  return own > 0 ? Math.max(LEAST, own) : Infinity;
}

/** How a terminal gets the order to change colours; no column of its own. */
// oxlint-disable-next-line no-control-regex
const COLOUR = /\u001B\[[\d;]*m/g;

/** How many columns a text takes. */
export function widthOf(text: string): number {
  return text.replace(COLOUR, '').length;
}

/**
 * A text in lines of at most `width` columns, cut at blanks; all but the first begin with `indent` blanks. Where two lines
 * are enough it is cut where a new part of it begins, so that what is said of a thing stays together. A word that is longer
 * stays whole, so that it can be copied.
 */
export function wrap(text: string, width: number, indent: number = 2): readonly string[] {
  if (widthOf(text) <= width) return [text];
  const cut = cutsOf(text).find(([first, second]) => widthOf(first) <= width && widthOf(second) + indent <= width);
  if (cut) return coloured([cut[0], ' '.repeat(indent) + cut[1]]);
  return fill(text.split(/(?<=\S) (?=\S)/), width, indent, '');
}

/** The ways to cut a text where a part of it begins: before an arrow, after a colon or semicolon, after a comma. */
function cutsOf(text: string): readonly (readonly [string, string])[] {
  return [/ (?=\u2192 )/g, /(?<=[:;]) /g, /(?<=,) /g].flatMap((between) =>
    Array.from(text.matchAll(between), ({ index }) => [text.slice(0, index), text.slice(index + 1)] as const),
  );
}

/** The same for a command line: only between its words, with a backslash at each end, so that it can be pasted. */
export function wrapCommand(command: string, width: number, indent: number = 2): readonly string[] {
  if (widthOf(command) <= width) return [command];
  return fill(command.match(/(?:'[^']*'|\\.|[^\s'\\])+/gs) ?? [command], width, indent, ' \\');
}

function fill(words: readonly string[], width: number, indent: number, end: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) + end.length > width) {
      lines.push(`${line}${end}`);
      line = ' '.repeat(indent) + word;
    } else {
      line = longer;
    }
  }
  return coloured([...lines, line]);
}

/** Colours end with their line and go on in the next, so that what is drawn beside it has none. */
function coloured(lines: readonly string[]): readonly string[] {
  let open = '';
  return lines.map((line) => {
    const begun = line.replace(/^ */, (blanks) => blanks + open);
    for (const [code] of line.matchAll(COLOUR)) open = ENDS.has(code) ? '' : code;
    return open === '' ? begun : `${begun}${END}`;
  });
}

/** What ends bold and dim text, and a colour: ECMA-48, SGR. */
const END = '\u001B[22m\u001B[39m';
const ENDS = new Set(['\u001B[22m', '\u001B[39m', '\u001B[0m']);
