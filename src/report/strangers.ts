import { escapeText } from '../core/text/escape.ts';
import { localTime } from '../core/text/when.ts';

/** A call without a configured task, as people see it. */
interface Unknown {
  readonly product: string;
  readonly words: readonly string[];
  readonly refused: boolean;
  readonly times: number;
  readonly last: string;
  /** The task that is probably the right one. */
  readonly meant: string | undefined;
}

const MOST_SHOWN = 5;

/** A line a call, those first that were probably for a task; the others may not concern us. */
export function strangerLines(unknown: readonly Unknown[]): readonly string[] {
  const inOrder = unknown.toSorted((a, b) => Number(b.meant !== undefined) - Number(a.meant !== undefined));
  const lines = inOrder.slice(0, MOST_SHOWN).map(({ product, words, refused, times, last, meant }) => {
    const names = words.map((word) => `"${word}"`).join(' ');
    const often = times === 1 ? `called at ${localTime(last)}` : `called ${times} times, last at ${localTime(last)}`;
    const what = refused ? 'the job failed because of that' : 'the job ran without a snapshot';
    const did = meant === undefined ? '' : `; did you mean "${meant}"?`;
    return escapeText(`no task for ${names} (${product}, ${often}): ${what}${did}`);
  });
  const more = inOrder.length - lines.length;
  return more > 0 ? [...lines, `and ${more} other names without a task: holdstill status --json`] : lines;
}
