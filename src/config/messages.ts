import { distance } from '../core/text/distance.ts';
import { escapeText } from '../core/text/escape.ts';
import { Fault } from '../core/model/fault.ts';
import type { Path, Position, SourceFile } from './data.ts';

const CHECK_HINT = 'correct it, then check everything with: holdstill config validate';
/* As long as the name of a task may be. */
const LONGEST_SHOWN = 128;

/** `FILE:LINE:COLUMN`, and `: ` with what is wrong there. */
export function at(file: string, position: Position, text?: string): string {
  const place = `${file}:${position.line}:${position.column}`;
  return escapeText(text === undefined ? place : `${place}: ${text}`);
}

/** The same for the value at `path` of a file: `FILE:LINE:COLUMN: PATH: TEXT`. */
export function problemAt(file: SourceFile, path: Path, text: string, position = file.position(path)): string {
  return at(file.path, position, path.length === 0 ? text : `${spell(path)}: ${text}`);
}

function spell(path: Path): string {
  return path
    .map(String)
    .map((step) => (/^[\p{L}\p{N}_.@+:-]+$/u.test(step) ? step : `"${step}"`))
    .join('.');
}

/** A Fault `config.invalid`. One problem is its message; several are counted there and listed in its detail. */
export function invalid(problems: readonly string[]): Fault {
  const [first] = problems;
  return problems.length === 1 && first !== undefined
    ? new Fault('config.invalid', first, { hint: CHECK_HINT })
    : new Fault('config.invalid', `the configuration has ${problems.length} problems`, {
        hint: CHECK_HINT,
        detail: problems,
      });
}

/** The problems that a Fault of this folder reports, one a line. */
export function problemsOf(fault: Fault): readonly string[] {
  if (fault.detail.length > 0) return fault.detail;
  return [
    fault.hint === undefined || fault.code === 'config.invalid' ? fault.message : `${fault.message}; ${fault.hint}`,
  ];
}

/** A foreign value as it may stand in a message: in quotes, and not too long for a line. */
export function quoted(text: string): string {
  return `"${escapeText(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text)}"`;
}

/** What a value is, for "is ..., must be ...". */
export function whatItIs(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

/** `a, b and c`. */
export function listed(words: readonly string[], last: 'and' | 'or'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** Says that a key is unknown, and which one is probably the right one or which there are. */
export function unknownKey(key: string, known: readonly string[]): string {
  const near = closest(key, known);
  return near === undefined ? `unknown key; the keys are ${known.join(', ')}` : `unknown key, did you mean "${near}"?`;
}

/** The known word that is nearest to `word`; undefined where none is near. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  const near = known
    .map((candidate) => ({ candidate, far: distance(lower, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, far }) => far <= Math.max(1, Math.floor(candidate.length / 3)) || lower.startsWith(candidate),
    );
  return near.toSorted((a, b) => a.far - b.far)[0]?.candidate;
}
