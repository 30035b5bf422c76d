import path from 'node:path';
import type { OpenedPath, Verdict } from '../model/reply.ts';
import { broken } from './file.ts';
import { journalPath } from '../model/names.ts';
import { unsealLines } from './seal.ts';
import type { Facts, Step } from '../model/step.ts';
import { VERSION } from '../model/version.ts';

/**
 * How a journal is written. Of a higher sublevel all can be read: what is new in it stands in lines that may be passed
 * over. Of a higher level nothing is known.
 */
interface Format {
  readonly level: number;
  readonly sublevel: number;
}

/** What is written today. Every level that was released keeps its reader, below. */
export const FORMAT: Format = { level: 3, sublevel: 0 };

/** The level from which on a line may say that whoever can't read it may pass it over. */
export const FIRST_WITH_OPTIONAL = 3;

/** The first line of a journal: whose it is. */
export interface JournalHeader {
  readonly format: Format;
  /** The version of holdstill that wrote it, or '' where it does not say. */
  readonly by: string;
  /** /etc/machine-id, or '' where there is none. */
  readonly machine: string;
  readonly task: string;
  readonly contract: string;
  readonly run: string;
  /** The product's own id of the run, or ''. */
  readonly runKey: string;
  /** The kernel's id of this boot: /proc/sys/kernel/random/boot_id. */
  readonly boot: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Milliseconds that a hook may take, as the task was configured when it was opened. */
  readonly timeoutMs: number;
  /** The processes that the opening was called by (see `callersOf`); undefined where it was not noted. */
  readonly callers?: string | undefined;
  /** The process that will close it, so that nobody does if that is gone (see `keeperOf`); undefined: whoever is called for that. */
  readonly keeper?: string | undefined;
}

/** A line that is sound and not one of ours may have been a step, so it must not be passed over, unless it says `optional`. */
export type Line =
  | { readonly do: Step; readonly n: number }
  | { readonly learned: Facts; readonly n: number }
  | { readonly undone: readonly number[] }
  /** What is to stay. To whoever doesn't know such a line it is an `undone`, which comes to the same: it is not undone any more. */
  | { readonly kept: readonly number[]; readonly undone: readonly number[] }
  | { readonly opened: readonly OpenedPath[]; readonly notSaved: readonly string[]; readonly at: string }
  | { readonly closing: Verdict; readonly at: string }
  | { readonly watched: string; readonly optional: true }
  /** What the snapshots are worth. */
  | { readonly grade: string; readonly optional: true };

type Fields = Readonly<Record<string, unknown>>;

interface Level {
  header(fields: Fields): JournalHeader | undefined;
  /** Whether a line that no reader knows says itself that it may be passed over. */
  mayPass(line: Fields): boolean;
}

/** A reader for each level that was released, and for today's. (Level 1 never was.) */
const LEVELS: ReadonlyMap<number, Level> = new Map([
  [
    2,
    {
      // 0.1.0
      header: (fields) => headerOf({ level: 2, sublevel: 0 }, { by: '', ...fields }),
      mayPass: () => false,
    },
  ],
  [
    3,
    {
      header: ({ format, ...fields }) => headerOf(format as Format, fields),
      mayPass: ({ optional }) => optional === true,
    },
  ],
]);

/**
 * The lines of a journal's text and the last one's seal. Throws `journal.broken` with the reason, unless it is whole,
 * unchanged, of the machine with this id and of its own task.
 */
export function parseJournal(
  file: string,
  whole: string,
  machine: string,
): { readonly header: JournalHeader; readonly lines: readonly Line[]; readonly seal: string } {
  const texts = whole.split('\n').slice(0, -1);
  const level = levelOf(file, texts[0] ?? '');
  const found = unsealLines(texts);
  if ('wrong' in found) throw broken(file, `line ${found.wrong} is damaged, or the lines before it are`);
  const [first, ...lines] = found.values as readonly Fields[];
  const header = first && level?.header(first);
  if (!level || !header) throw broken(file, 'its first line is not the first line of a journal');
  const strange = lines.findIndex((line) => !isLine(line) && !level.mayPass(line));
  if (strange >= 0) throw broken(file, `line ${strange + 2} is not a line of a journal`);
  const its = journalPath(path.dirname(file), header.task);
  if (its !== file) throw broken(file, `is the journal of another task; its name should be ${its}`);
  if (header.machine !== machine) {
    throw broken(file, `is of another machine (/etc/machine-id ${header.machine}), so nothing it lists is here`, {
      hint: `if this machine has a new id, see what is left of what it lists: lvs @holdstill; if the file was copied here, move it away`,
    });
  }
  return { header, lines: lines.filter(isLine), seal: found.seal };
}

/** Undefined: the line names no level. It may be sealed in a way that we don't know, so it is not parsed. */
function levelOf(file: string, line: string): Level | undefined {
  const number = /"(?:version|level)":(\d+)/.exec(line)?.[1];
  if (number === undefined) return undefined;
  const level = LEVELS.get(Number(number));
  if (level) return level;
  const by = /"by":"([\w.+-]{1,40})"/.exec(line)?.[1];
  const known = [...LEVELS.keys()];
  throw broken(
    file,
    `has format ${number} of ${by === undefined ? 'another version of holdstill' : `holdstill ${by}`}; this one (${VERSION}) reads ${known.join(' and ')}`,
    { hint: `close the task with holdstill ${by ?? 'of the version that opened it'}` },
  );
}

function headerOf(format: Format, fields: Fields): JournalHeader | undefined {
  const { timeoutMs } = fields;
  const texts = ['by', 'machine', 'task', 'contract', 'run', 'runKey', 'boot', 'startedAt'] as const;
  const sound =
    Number.isInteger(format?.level) &&
    Number.isInteger(format.sublevel) &&
    Number.isInteger(timeoutMs) &&
    texts.every((key) => typeof fields[key] === 'string');
  const known = (['callers', 'keeper'] as const).filter((key) => typeof fields[key] === 'string');
  return sound ? ({ format, timeoutMs, ...pick(fields, known), ...pick(fields, texts) } as JournalHeader) : undefined;
}

function pick(fields: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.map((key) => [key, fields[key]]));
}

function isLine(value: object): value is Line {
  const {
    do: step,
    n,
    learned,
    undone,
    kept = [],
    opened,
    notSaved,
    closing,
    watched,
    grade,
    optional,
  } = value as Fields;
  if (step !== undefined) return Number.isInteger(n) && isTexts(step) && 'kind' in step;
  if (learned !== undefined) return Number.isInteger(n) && isTexts(learned);
  if (undone !== undefined) return isNumbers(undone) && isNumbers(kept);
  if (opened !== undefined) return Array.isArray(opened) && opened.every(isTexts) && isTextList(notSaved);
  if (watched !== undefined) return typeof watched === 'string' && optional === true;
  if (grade !== undefined) return typeof grade === 'string' && optional === true;
  const { kind, reason, reasons } = (closing ?? {}) as Fields;
  return (
    kind === 'good' || (kind === 'bad' && isTextList(reasons)) || (kind === 'unknown' && typeof reason === 'string')
  );
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every(Number.isInteger);
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}
