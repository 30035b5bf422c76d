/** What a script in the manner of SEP's template has said. */
export interface ScriptStatus {
  /** All that is not a result. */
  readonly lines: readonly string[];
  /** Why it failed; undefined: it did not. */
  readonly problem: string | undefined;
}

const RESULT = /^STATUS:/;

/**
 * The result of a script is a line `STATUS:OK` or `STATUS:ERROR {text}`, anywhere in its output (SEP's template prints more
 * after it, and ends with 0 in any case). One that prints no such line is judged by its exit status.
 */
export function statusSaid(text: string, exit: number): ScriptStatus {
  const all = text.split(/\r?\n|\r/);
  const lines = all.filter((line, index) => !RESULT.test(line) && (line !== '' || index < all.length - 1));
  const results = all.filter((line) => RESULT.test(line)).map((line) => line.slice('STATUS:'.length).trim());
  const error = results.find((result) => /^ERR/i.test(result));
  if (error !== undefined) return { lines, problem: textOf(error) };
  return { lines, problem: exit === 0 || results.length > 0 ? undefined : `ended with exit status ${exit}` };
}

/** `ERROR {no space}` without what is around the text. */
function textOf(error: string): string {
  const text = error.replace(/^\w+/, '').trim();
  return text.replace(/^\{(.*)\}$/, '$1').trim() || 'it printed STATUS:ERROR without a reason';
}
