import { createHash } from 'node:crypto';

/** A line is `SEAL JSON`; the seal is a hash over all lines up to and with this one, so none can be changed, moved or left out. */
const LINE = /^([0-9a-f]{16}) (\{.*\})$/;

/** Sealed lines for one-line JSON texts, to stand after a line with the seal `after` ('' at the start); and the last one's seal. */
export function sealLines(jsons: readonly string[], after: string): { readonly text: string; readonly seal: string } {
  let seal = after;
  let text = '';
  for (const json of jsons) {
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
    const value = found === seal ? parsed(json) : undefined;
    if (value === undefined) return { wrong: values.length + 1 };
    values.push(value);
  }
  return { values, seal };
}

function parsed(json: string): object | undefined {
  try {
    return JSON.parse(json) as object;
  } catch {
    return undefined;
  }
}

function sealOf(before: string, json: string): string {
  return createHash('sha256').update(before).update(json).digest('hex').slice(0, 16);
}
