import fs from 'node:fs';
import { openUnfollowed } from '../core/files/open.ts';
import path from 'node:path';
import { checkTrusted } from '../core/files/trust.ts';
import { UNKNOWN_FILE } from './paths.ts';

/** A call before a job of which no task is configured. */
export interface Stranger {
  readonly product: string;
  /** What of the call could be the name of a task. */
  readonly words: readonly string[];
  /** Whether the job was failed by it, or let through. */
  readonly refused: boolean;
  readonly times: number;
  /** The last time: ISO 8601, UTC. */
  readonly last: string;
}

/** One script may serve all tasks of a client; the names that were not seen for longest are forgotten. */
const MOST = 20;
const MOST_WORDS = 4;
const LONGEST = 128;
const LARGEST = 64 * 1024;
/** Whoever made a mistake a month ago has found it, or does not miss it. */
const SHOWN_MS = 7 * 24 * 3600 * 1000;

/**
 * Counts a call, for `status`. Readable by root only; never fails a hook, and is not written where others could change it. Of
 * two at the same time one may be lost.
 */
export function noteStranger(product: string, words: readonly string[], refused: boolean): void {
  const names = words.filter((word) => word.length > 1).slice(0, MOST_WORDS);
  const kept = names.map((word) => word.slice(0, LONGEST));
  if (kept.length === 0) return;
  try {
    const directory = path.dirname(UNKNOWN_FILE);
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    checkTrusted(directory, 'directory', 0, 'state');
    const all = read();
    const isSame = (one: Stranger): boolean => one.product === product && one.words.join('\0') === kept.join('\0');
    const times = (all.find(isSame)?.times ?? 0) + 1;
    const now: Stranger = { product, words: kept, refused, times, last: new Date().toISOString() };
    const others = all.filter((one) => !isSame(one)).slice(1 - MOST);
    const file = `${UNKNOWN_FILE}.${process.pid}`;
    fs.writeFileSync(file, JSON.stringify([...others, now]), { mode: 0o600, flag: 'wx' });
    fs.renameSync(file, UNKNOWN_FILE);
  } catch {
    // It is a help for people, and nothing else.
  }
}

/** Those of the last seven days, the latest first. */
export function recentStrangers(now: number = Date.now()): readonly Stranger[] {
  return read()
    .filter(({ last }) => now - Date.parse(last) < SHOWN_MS)
    .toReversed();
}

/** Oldest first; none where it can't be read, or others could have written it. */
function read(): readonly Stranger[] {
  let fd: number | undefined;
  try {
    fd = openUnfollowed(UNKNOWN_FILE, fs.constants.O_RDONLY);
    const { size, uid, mode } = fs.fstatSync(fd);
    if (size > LARGEST || uid !== process.geteuid?.() || (mode & 0o022) !== 0) return [];
    const value: unknown = JSON.parse(fs.readFileSync(fd, 'utf8'));
    return Array.isArray(value) && value.every(isStranger) ? value.slice(-MOST) : [];
  } catch {
    return [];
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

function isStranger(value: unknown): value is Stranger {
  const { product, words, refused, times, last } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    typeof product === 'string' &&
    Array.isArray(words) &&
    words.every((word) => typeof word === 'string') &&
    typeof refused === 'boolean' &&
    Number.isInteger(times) &&
    typeof last === 'string' &&
    !Number.isNaN(Date.parse(last))
  );
}
