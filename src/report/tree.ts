import { isatty } from 'node:tty';
import picocolors from 'picocolors';
import { escapeText } from '../core/text/escape.ts';
import { wrap } from './wrap.ts';

let colours: ReturnType<typeof picocolors.createColors> | undefined;

/** Its own guess takes a CI system for a terminal. Made when it is needed: a hook paints nothing. */
function pc(): ReturnType<typeof picocolors.createColors> {
  return (colours ??= picocolors.createColors(isatty(1) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'));
}

/** A line of a tree with what hangs below it. */
export interface Branch {
  readonly text: string;
  readonly below: readonly Branch[];
}

/** Draws a tree, a line per branch, or several where one has more than `width` columns. */
export function drawTree({ text, below }: Branch, width: number): readonly string[] {
  const [first = '', ...more] = wrap(text, width);
  const beside = below.length > 0 ? '│' : ' ';
  return [first, ...more.map((line) => `${beside}${line.slice(1)}`), ...drawBelow(below, width)];
}

function drawBelow(branches: readonly Branch[], width: number): readonly string[] {
  return branches.flatMap((branch, index) => {
    const last = index === branches.length - 1;
    const [first = '', ...rest] = drawTree(branch, width - 3);
    return [`${last ? '└─ ' : '├─ '}${first}`, ...rest.map((line) => `${last ? '   ' : '│  '}${line}`)];
  });
}

/** A bar of ten cells for a share between 0 and 1. */
export function drawBar(share: number): string {
  const cells = Math.round(Math.min(1, Math.max(0, share)) * 10);
  const bar = '█'.repeat(cells) + '░'.repeat(10 - cells);
  return share >= 0.8 ? pc().red(bar) : share >= 0.5 ? pc().yellow(bar) : pc().green(bar);
}

/** Aligns cells in columns, two blanks apart. Cells must not be coloured yet. */
export function drawTable(rows: readonly (readonly string[])[]): readonly string[] {
  const escaped = rows.map((row) => row.map(escapeText));
  const widths: number[] = [];
  for (const row of escaped) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return escaped.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Colours for people at a terminal; none in a log, with NO_COLOR, or in a pipe. */
export const paint = {
  strong: (text: string): string => pc().bold(escapeText(text)),
  good: (text: string): string => pc().green(escapeText(text)),
  warn: (text: string): string => pc().yellow(escapeText(text)),
  bad: (text: string): string => pc().red(escapeText(text)),
  faint: (text: string): string => pc().dim(escapeText(text)),
} as const;
