import { createHash } from 'node:crypto';

/** A line is `SEAL JSON`; the seal is a hash over all lines up to and with this one, so none can be changed, moved or left out. */
const LINE = /^([0-9a-f]{16}) (\{.*\})$/;

/** Lines of text for values, to stand after a line with the seal `after` ('' at the start); and the last one's seal. */
export function sealLines(values: readonly object[], after: string): { readonly text: string; readonly seal: string } {
  let seal = after;
  let text = '';
  for (const value of values) {
    const json = JSON.stringify(value);
    seal = sealOf(seal, json);
    text += `${seal} ${json}\n`;
  }
  return { text, seal };
}

/** The values of sealed lines; `wrong` is the number of the first line that is not as it was written. */
export function unsealLines(
  lines: readonly string[],
): { readonly values: readonly object[]; readonly seal: string } | { readonly wrong: number } {
  let seal = '';
  const values: object[] = [];
  for (const line of lines) {
    const [, found, json = ''] = LINE.exec(line) ?? [];
    seal = sealOf(seal, json);
    if (found !== seal) return { wrong: values.length + 1 };
    values.push(JSON.parse(json) as object);
  }
  return { values, seal };
}

function sealOf(before: string, json: string): string {
  return createHash('sha256').update(before).update(json).digest('hex').slice(0, 16);
}
