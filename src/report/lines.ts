import { formatBytes } from '../core/text/bytes.ts';
import { escapeText } from '../core/text/escape.ts';
import { VERSION } from '../core/model/version.ts';

/** The words that begin the lines of a job log. */
type Word =
  | 'cleared'
  | 'cut'
  | 'guest'
  | 'snapshot'
  | 'mount'
  | 'image'
  | 'skipped'
  | 'ready'
  | 'verdict'
  | 'removed'
  | 'left'
  | 'failed'
  | 'note';

/** `holdstill 0.1.0 pre  Backup_XEN_vm1  run 7f3a11c2` */
export function headline(verb: string, task: string, run: string | undefined): string {
  return escapeText(`holdstill ${VERSION} ${verb.padEnd(4)} ${task}${run === undefined ? '' : `  run ${run}`}`);
}

/** A line below the headline: a word, and what there is to say. */
export function line(word: Word, ...parts: readonly string[]): string {
  return escapeText(`  ${word.padEnd(9)} ${parts.join('  ')}`);
}

/** A line of another tool's text. */
export function quoted(text: string): string {
  return escapeText(`  | ${text}`);
}

/** At most `most` lines of one kind; what is more is counted in the last of them. */
export function atMost(most: number, word: Word, lines: readonly string[], where: string): readonly string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), line(word, `and ${lines.length - most + 1} more: ${where}`)];
}

/** A job log has 15 lines at most, and a product's own status line is one of them. */
const MOST_LINES = 14;

/** The lines with a note, on a line of its own where there is room for one. */
export function withNote(lines: readonly string[], note: string | undefined): readonly string[] {
  if (note === undefined) return lines;
  if (lines.length < MOST_LINES) return [...lines, line('note', note)];
  return [...lines.slice(0, -1), `${lines.at(-1)}; ${escapeText(note)}`];
}

/** `, extended from 8.0 MiB`; nothing where it was not. */
export function extended(bytes: number, atFirst: number): string {
  return atFirst > 0 && bytes > atFirst ? `, extended from ${formatBytes(atFirst)}` : '';
}

/** `0.6 s`, `41 min`, `3 h 5 min`, `2 d 1 h`. */
export function formatDuration(ms: number): string {
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const minutes = Math.floor(tenths / 600);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
